"""How the page looks. Nothing in it is fetched from anywhere, and nothing runs."""

from __future__ import annotations

#: Tells the browser that the page neither runs nor fetches anything, whatever the traffic in it says.
SCRIPTLESS = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
)

STYLE = """\
:root {
  --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --good: #116329; --bad: #a40e26; --bar: #0969da; --good-panel: #dafbe1; --bad-panel: #ffebe9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --ink: #e6edf3; --soft: #9da7b1; --line: #3d444d; --panel: #161b22;
    --good: #56d364; --bad: #ff8e86; --bar: #58a6ff; --good-panel: #12261e; --bad-panel: #2d1517;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; }
h3 { margin: 0 0 .5rem; font-size: 1.05rem; overflow-wrap: anywhere; }
h4 { margin: .75rem 0 .25rem; font-size: .85rem; color: var(--soft); }
.outcome { display: inline-block; margin: 0 0 1rem; padding: .25rem .75rem; border-radius: .5rem; font-weight: 600; }
.good { background: var(--good-panel); color: var(--good); }
.bad { background: var(--bad-panel); color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: .5rem 1.5rem;
  margin: 0; }
dt { font-size: .85rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
article { margin: 0 0 1rem; padding: 1rem; border: 1px solid var(--line); border-left: .3rem solid var(--bad);
  border-radius: .4rem; }
article > p { margin: .25rem 0; overflow-wrap: anywhere; }
pre { margin: 0; padding: .5rem .75rem; border-radius: .3rem; background: var(--panel); overflow: auto;
  max-height: 24rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre, code { font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre.headers { margin-bottom: .5rem; color: var(--soft); }
table { width: 100%; border-collapse: collapse; }
caption { padding: .5rem 0; text-align: left; color: var(--soft); font-size: .85rem; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { font-weight: 600; }
thead th, .difference th, .timeline td:not(.request) { white-space: nowrap; overflow-wrap: normal; }
th small { display: block; font-weight: 400; color: var(--soft); }
.difference th { width: 1%; }
.coverage td, .number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.share { min-width: 11rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.bar { display: inline-block; width: 6rem; height: .6rem; border-radius: .3rem; background: var(--line); }
.bar > span { display: block; height: 100%; border-radius: .3rem; background: var(--bar); }
.timeline td { font-size: .9rem; }
.timeline .request { min-width: 16rem; }
.wide { overflow-x: auto; }
.accepted { color: var(--good); }
.broken { color: var(--bad); font-weight: 600; }
.names { columns: 22rem; margin: .5rem 0; padding-left: 1.2rem; }
.names li { break-inside: avoid; overflow-wrap: anywhere; }
details { margin: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 0 1rem; }
.pair > div { min-width: 0; }
a { color: var(--bar); }
:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  article { padding: .75rem; }
  .share { min-width: 0; }
  .share .bar { display: none; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #999; --panel: #fff; --good: #000; --bad: #000;
    --bar: #000; --good-panel: #fff; --bad-panel: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  pre { max-height: none; border: 1px solid var(--line); }
  article, tr { break-inside: avoid-page; }
  h2, h3, h4 { break-after: avoid; }
  .bar { border: 1px solid #000; print-color-adjust: exact; }
  .wide { overflow: visible; }
}
"""
