/** The look of the page: light, dark and on paper. No address, no script, no font from elsewhere. */
export const HTML_STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#16181d;--soft:#59616e;--line:#e2e5ea;--shade:#f0f2f5;--link:#2452b5;
--good:#14764a;--good-bg:#e3f4eb;--bad:#b3261e;--bad-bg:#fcebe9;--warn:#875300;--warn-bg:#fdf1dc;--none:#59616e;--none-bg:#eceef2}
@media (prefers-color-scheme:dark){:root{--bg:#0e1014;--card:#16191f;--ink:#e7e9ee;--soft:#9ba3b0;--line:#282d36;--shade:#1d2129;--link:#8ab0ff;
--good:#56c995;--good-bg:#12301f;--bad:#ff8a80;--bad-bg:#3a1614;--warn:#ecb95c;--warn-bg:#33260c;--none:#9ba3b0;--none-bg:#242932}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
a{color:var(--link)}
.page{max-width:1240px;margin:0 auto;padding:1.75rem 1.25rem 4rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem 1.5rem;margin:0 0 1rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .35rem;letter-spacing:-.01em}
h2{font-size:1.05rem;margin:0 0 .75rem}
.top{display:flex;gap:1.5rem;align-items:flex-start;justify-content:space-between;flex-wrap:wrap}
.top>div:first-child{flex:1 1 24rem;min-width:0}
.soft{color:var(--soft)}
.verdict{font-weight:700;font-size:1.15rem;letter-spacing:.03em;padding:.5rem 1.1rem;border-radius:10px;white-space:nowrap}
.go{color:var(--good);background:var(--good-bg)}.conditional{color:var(--warn);background:var(--warn-bg)}.no_go,.undecided{color:var(--bad);background:var(--bad-bg)}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.6rem 1rem;margin:1.1rem 0 0}
dl.facts dt{color:var(--soft);font-size:.8rem}dl.facts dd{margin:0}
.bar{display:block;width:100%;height:10px;border-radius:5px;margin:1.25rem 0 .6rem;background:var(--shade)}
.bar.small{height:4px;margin:.25rem 0 0;border-radius:2px}
.f-good{fill:var(--good)}.f-bad{fill:var(--bad)}.f-warn{fill:var(--warn)}.f-none{fill:var(--soft);opacity:.5}
.legend{display:flex;flex-wrap:wrap;gap:.35rem 1.25rem;list-style:none;margin:0;padding:0;font-size:.9rem}
.legend b{font-variant-numeric:tabular-nums}
.dot{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;margin-right:.4rem}
.d-good{background:var(--good)}.d-bad{background:var(--bad)}.d-warn{background:var(--warn)}.d-none{background:var(--soft);opacity:.6}
ul.plain{list-style:none;margin:0;padding:0}
ul.plain>li{padding:.6rem 0;border-top:1px solid var(--line);display:grid;grid-template-columns:8.5rem minmax(0,1fr);gap:.1rem 1rem}
ul.plain>li:first-child{border-top:0;padding-top:0}ul.plain>li:last-child{padding-bottom:0}
ul.plain .why{grid-column:2;color:var(--soft)}
@media (min-width:1000px){ul.plain>li{grid-template-columns:8.5rem minmax(0,1fr) minmax(0,1.5fr)}ul.plain .why{grid-column:3}}
.more>summary{cursor:pointer;color:var(--link);padding:.6rem 0;margin-top:.6rem;border-top:1px solid var(--line)}
.body{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem;align-items:start}
nav{font-size:.9rem}nav ol{list-style:none;margin:0;padding:0}nav li{padding:.3rem 0}
nav a{color:inherit;text-decoration:none;display:flex;justify-content:space-between;gap:.75rem}nav a:hover{text-decoration:underline}
nav a span:last-child{color:var(--soft);font-variant-numeric:tabular-nums;white-space:nowrap}
@media (min-width:1000px){.body{grid-template-columns:15.5rem minmax(0,1fr)}nav{position:sticky;top:1rem;max-height:calc(100vh - 2rem);overflow:auto}}
.pick{display:flex;gap:.35rem;flex-wrap:wrap;margin:0 0 1rem;padding:0;border:0}
.pick legend{float:left;margin:.3rem .6rem 0 0;font-size:.9rem;color:var(--soft)}
.pick input{position:absolute;opacity:0;width:1px;height:1px}
.pick label{border:1px solid var(--line);border-radius:999px;padding:.2rem .85rem;cursor:pointer;font-size:.9rem}
.pick input:checked+label{background:var(--ink);color:var(--card);border-color:var(--ink)}
.pick input:focus-visible+label{outline:2px solid var(--link);outline-offset:2px}
.doc:has(#only-open:checked) .known:not(.open):not(:has(.open)),.doc:has(#only-blocks:checked) .known:not(.blocks):not(:has(.blocks)){display:none}
.doc h2{font-size:1.3rem;margin:2rem 0 .75rem}.doc h3{font-size:1.1rem;margin:1.75rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
.doc h4,.doc h5,.doc h6{font-size:1rem;margin:1.25rem 0 .5rem}
.doc h2:first-of-type{margin-top:0}
.doc ul,.doc ol{padding-left:1.25rem;margin:.4rem 0}
.doc ol:has(>.known),.doc ul:has(>.known){list-style:none;padding-left:0}
.doc li.known>ul,.doc li.known>ol{margin-left:1.25rem;padding-left:.75rem;border-left:2px solid var(--line)}
.doc ol:has(>.known){counter-reset:n}.doc ol>.known{counter-increment:n}.doc ol>.known>.line>.said::before{content:counter(n) ". ";color:var(--soft)}
.line{display:block}
.known>.line,.line.known{display:grid;grid-template-columns:8.5rem minmax(0,1fr);gap:0 1rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
.pill{display:inline-block;justify-self:start;align-self:start;font-size:.78rem;font-weight:600;line-height:1.3;padding:.2rem .6rem;border-radius:999px;white-space:nowrap}
.p-good{color:var(--good);background:var(--good-bg)}.p-bad{color:var(--bad);background:var(--bad-bg)}.p-warn{color:var(--warn);background:var(--warn-bg)}.p-none{color:var(--none);background:var(--none-bg)}
.mark{display:flex;flex-direction:column;gap:.25rem;align-items:flex-start}
.tags{display:flex;flex-wrap:wrap;gap:.1rem .9rem;font-size:.8rem;color:var(--soft)}
.tags .no{color:var(--warn)}
.found{font-size:.88rem;margin:.15rem 0 0}
.found>summary{cursor:pointer;color:var(--soft)}.found.open>summary{color:var(--ink)}
.found p{margin:.35rem 0}
.check{background:var(--shade);border-radius:8px;padding:.6rem .8rem;margin:.5rem 0}
.check>div+div{margin-top:.35rem}
table{border-collapse:collapse;font-size:.9em;width:100%}th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;font-size:.85em}tr:last-child>td{border-bottom:0}
.wide{overflow-x:auto;margin:.75rem 0}tr.result>td{padding-top:0}
.listing{background:var(--shade);border-radius:8px;padding:.75rem 1rem;margin:.5rem 0;overflow-x:auto}
.listing code{white-space:pre-wrap}
.raw{color:var(--soft);white-space:pre-wrap}.address{color:var(--soft);font-size:.85em}
blockquote{margin:.75rem 0;padding:.1rem 0 .1rem 1rem;border-left:3px solid var(--line);color:var(--soft)}
hr{border:0;border-top:1px solid var(--line);margin:1.5rem 0}
.doc p{margin:.5rem 0}
footer{color:var(--soft);font-size:.85rem}
@media (max-width:640px){body{font-size:16px}.page{padding:1rem .75rem 3rem}.card{padding:1rem;border-radius:10px}
.known>.line,.line.known,ul.plain>li{grid-template-columns:minmax(0,1fr)}ul.plain .why{grid-column:1}.mark{flex-direction:row;flex-wrap:wrap}
.verdict{width:100%;text-align:center}.doc li.known>ul,.doc li.known>ol{margin-left:.25rem;padding-left:.75rem}}
@page{margin:16mm 14mm}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--shade:#f4f4f4;--link:#000;
--good:#0d5c39;--good-bg:#e3f4eb;--bad:#9c1c15;--bad-bg:#fcebe9;--warn:#6d4300;--warn-bg:#fdf1dc;--none:#444;--none-bg:#eee}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{font-size:10pt}.page{max-width:none;padding:0}.card{border:0;border-radius:0;padding:0;margin:0 0 6mm}
nav,.pick{display:none}.body{display:block}.found>summary{list-style:none}.found>summary::-webkit-details-marker{display:none}
details::details-content{content-visibility:visible;block-size:auto}
.known>.line,.line.known,ul.plain>li,.check{break-inside:avoid}h2,h3,h4{break-after:avoid}}
`;
