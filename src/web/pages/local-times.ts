/**
 * The one script of the pages: it puts each time in the reader's zone beside the one in UTC. Without it a page has all that
 * it has but this. Swedish writes a time as the one in UTC is written, so that both read alike whatever the browser speaks. The content security policy lets run what has the digest of this text, and nothing else.
 */
export const localTimes = `const two="2-digit";for(const utc of document.querySelectorAll("time>small")){const at=new Date(utc.parentElement.dateTime);if(at.getTimezoneOffset()){const own=document.createElement("small");own.textContent=at.toLocaleString("sv",{year:"numeric",month:two,day:two,hour:two,minute:two,second:two,timeZoneName:"short"});utc.before(own," ")}}`;
