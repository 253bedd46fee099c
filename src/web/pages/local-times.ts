/**
 * The one script of the pages: it puts each time in the reader's zone beside the one in UTC. Without it a page has all that
 * it has but this. The content security policy lets run what has the digest of this text, and nothing else.
 */
export const localTimes = `for(const utc of document.querySelectorAll("time>small")){const at=new Date(utc.parentElement.dateTime);if(at.getTimezoneOffset()){const own=document.createElement("small");own.textContent=at.toLocaleString(undefined,{dateStyle:"medium",timeStyle:"long"});utc.before(own," ")}}`;
