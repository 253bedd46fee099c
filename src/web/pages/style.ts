/** The style sheet of all pages. System fonts and no picture, so that nothing is fetched; colours never tell anything alone. */
export const style = `
:root{color-scheme:light dark;--bg:#f5f6f4;--card:#fff;--ink:#17201b;--soft:#566159;--line:#dbe0db;--link:#0b5c8a;--ok:#177345;--degraded:#8f5600;--failing:#b9241b;--paused:#55606b;--bar:#3d8f68;--haze:#8cc2a8}
@media(prefers-color-scheme:dark){:root{--bg:#0e1311;--card:#161c19;--ink:#e5ebe7;--soft:#9da9a2;--line:#2b342f;--link:#7cc4f0;--ok:#52c98f;--degraded:#efb04a;--failing:#ff8478;--paused:#9aa7b3;--bar:#4aa87c;--haze:#347559}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:100rem;margin:auto;padding:0 clamp(.9rem,3vw,2.5rem)}
header{display:flex;flex-wrap:wrap;gap:0 .8rem;align-items:baseline;padding-block:.9rem;color:var(--soft);font-size:.875rem}
.name{font-weight:700;font-size:1rem;color:var(--ink);text-decoration:none}
footer{padding-block:2.5rem 1.5rem;color:var(--soft);font-size:.8rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:.5rem;top:.5rem;background:var(--card);padding:.4rem .8rem}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
h1{font-size:clamp(1.6rem,5vw,2.6rem);line-height:1.15;margin:.6rem 0 .4rem;letter-spacing:-.02em}
h2{font-size:1.2rem;margin:0 0 .6rem}h3{font-size:1.05rem;margin:0}
section{margin-top:2rem}p{margin:.3rem 0;max-width:80ch}ul{padding-left:1.2rem}
.about,small,.none,figcaption{color:var(--soft);font-size:.85rem}
small{font-size:.75rem;white-space:nowrap;font-variant-numeric:tabular-nums}small+small::before{content:"= "}
code,pre{font:.85em ui-monospace,monospace}
pre{background:var(--bg);border:1px solid var(--line);border-radius:.4rem;padding:.6rem;white-space:pre-wrap;margin:.4rem 0}
.ok{--tone:var(--ok)}.degraded{--tone:var(--degraded)}.failing{--tone:var(--failing)}.paused{--tone:var(--paused)}
.headline,.badge{color:var(--tone)}
.headline::before,.badge::before{margin-right:.35em}
.ok.badge::before,.ok.headline::before{content:"✓"}.degraded.badge::before,.degraded.headline::before{content:"▲"}
.failing.badge::before,.failing.headline::before{content:"✕"}.paused.badge::before,.paused.headline::before{content:"‖"}
.badge{font-size:.8rem;font-weight:650;border:1px solid;border-radius:1rem;padding:.05rem .6rem;white-space:nowrap}
.top{display:flex;flex-wrap:wrap;gap:.3rem .7rem;align-items:center}.top p{margin:0}
.top form:first-of-type{margin-left:auto}
.tenant>.top{margin-bottom:.6rem}.tenant h2{margin:0;font-size:1.35rem}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr))}
article,.problems>li,.letters>li,table{background:var(--card);border:1px solid var(--line);border-radius:.6rem}
article,.problems>li,.letters>li{padding:.9rem 1rem}
.problems,.letters{list-style:none;padding:0;margin:0;display:grid;gap:.7rem}
.problems>li{border-left:.35rem solid var(--tone)}.who{display:flex;flex-wrap:wrap;gap:.2rem .6rem;align-items:center}.who code{color:var(--soft)}
.mend::before{content:"Mend: ";font-weight:700}
.checks+div>h2{margin-top:1.2rem}.underway{list-style:none;color:var(--soft);border:0!important;background:none!important}.underway:has(+li),.over{display:none!important}
.note,.notice{border-left:.25rem solid var(--link);padding:.3rem .8rem;background:var(--card)}
.error{color:var(--failing);font-size:.9rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.25rem,1fr));gap:.6rem .8rem;margin:.7rem 0 0}
dt{color:var(--soft);font-size:.8rem}dd{margin:0;font-variant-numeric:tabular-nums}dd small{display:block;white-space:normal;font-size:.7rem}
.sheet{display:flex;flex-wrap:wrap;gap:.4rem 0}.sheet dd{font-size:1.1rem;font-weight:650;line-height:1.2}
.sheet>div{display:grid;grid-template-columns:auto auto;column-gap:.4rem}.sheet>div:first-child{column-gap:0}
.sheet dt,.sheet dd{grid-column:2}.sheet>div+div::before{content:"+";grid-row:1/3;align-self:center;padding-left:.4rem;color:var(--soft);font-size:1.1rem}
.sheet>div:nth-child(2)::before{content:"="}.sheet.off>div:nth-child(2)::before{content:"≠";color:var(--failing)}
figure{margin:.7rem 0 0}svg{display:block;width:100%}.bars{height:2.6rem;transform:scaleY(-1);border-top:1px solid var(--line);stroke:var(--bar);stroke-width:.8}
.multiples{display:grid;gap:0 1rem;grid-template-columns:repeat(3,1fr)}p.about:has(+.multiples){margin:.9rem 0 -.4rem}.multiples+details{margin-top:.5rem}
.median{color:var(--bar)}.p95{color:var(--haze)}.refused{color:var(--failing)}.retried{color:var(--degraded)}.bars [class]{stroke:currentColor}.key{display:inline-block;width:.65em;height:.65em;background:currentColor}
.shares{height:.45rem;margin:.4rem 0;border-radius:.2rem;background:var(--line)}
.delivered{fill:var(--bar)}.pending{fill:var(--degraded)}.skipped{fill:var(--paused)}.dead{fill:var(--failing)}
progress,meter{display:block;width:100%;max-width:14rem;height:.6rem;accent-color:var(--bar)}
table{width:100%;border-collapse:collapse;border-spacing:0}th,td{text-align:left;padding:.45rem .7rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border:0;color:var(--soft);font-size:.8rem;font-weight:400}.figure{text-align:right;font-variant-numeric:tabular-nums}
.walked{list-style:none;padding:0;margin:.6rem 0 0;display:grid;gap:.5rem 1rem;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr))}
.walked>li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:0 1rem}.walked details[open]{padding-bottom:.9rem}
.walked summary,.lines li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 .6rem;align-items:center;padding:.45rem 0}.walked summary{grid-template-columns:auto minmax(0,1fr) auto}
.walked summary::before{content:"▸";color:var(--soft)}.walked [open]>summary::before{content:"▾"}.walked summary::-webkit-details-marker{display:none}
.lines .about{grid-column:1/-1}.walked summary .about{grid-column:2/-1}.wide{grid-template-columns:repeat(auto-fill,minmax(14rem,1fr))}section>details{margin-top:.6rem}
.walked form{margin-top:.9rem}.lines{list-style:none;padding:0;margin:.4rem 0 0}.lines li{border-top:1px solid var(--line)}section>h3{margin-top:1.4rem}
.operations{display:flex;flex-wrap:wrap;gap:.6rem;margin:.8rem 0;align-items:start}
button,.button{font:inherit;font-size:.875rem;color:var(--ink);background:var(--card);border:1px solid var(--soft);border-radius:.4rem;padding:.3rem .8rem;min-height:2.25rem;cursor:pointer;text-decoration:none;display:inline-block}
button:hover,.button:hover{border-color:var(--link);color:var(--link)}.danger{color:var(--failing);border-color:currentColor}
summary{cursor:pointer;min-height:1.6rem}.typed{display:grid;gap:.6rem;max-width:26rem;margin-top:.6rem}
.filters{display:grid;gap:.6rem 1rem;align-items:end;grid-template-columns:repeat(auto-fill,minmax(min(100%,12rem),1fr));margin:.8rem 0}
input,select{font:inherit;display:block;width:100%;padding:.4rem .6rem;margin-top:.2rem;border:1px solid var(--soft);border-radius:.4rem;background:var(--card);color:var(--ink)}
@media(max-width:40rem){.multiples{grid-template-columns:1fr}.multiples .bars:empty{height:.3rem}td small{display:none}th,td{padding:.4rem .35rem}}
@media(min-width:120rem){body{font-size:20px}header,main,footer{max-width:150rem}}
`;
