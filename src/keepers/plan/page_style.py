"""How the report looks: light and dark, a phone and a desk, no script and nothing from elsewhere."""

from typing import Final

#: Widths come in steps of five percent, as classes: the page's policy forbids style attributes.
_STEPS: Final = "".join(f".w{step} i{{width:{step * 5}%}}" for step in range(21))

#: Colours of text have at least 4.5:1 on what lies below them, those of outlines 3:1 (WCAG 2.2, AA).
CSS: Final = (
    """
:root{color-scheme:light dark;--bg:#f6f4ef;--card:#fffefb;--ink:#1f1d18;--soft:#635e52;--line:#e3ded2;
--well:#efebe1;--gold:#b07200;--badge:#ffc83d;--badge-ink:#2a1c00;
--shade:0 1px 2px #3d33141a,0 6px 20px #3d33140f;
--burst:#1f62c4;--bracket:#7443c0;--same-bytes:#04756c;--same-pixels:#04756c;--same-picture:#b3286a;--same-clip:#8a5200;
--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#141310;--card:#1f1d19;--ink:#f0ece2;--soft:#aca595;
--line:#36322a;
--well:#2a2721;--gold:#ffc83d;--badge:#ffc83d;--badge-ink:#2a1c00;--shade:none;
--burst:#83b4ff;--bracket:#c3a3ff;--same-bytes:#5fd4c7;--same-pixels:#5fd4c7;--same-picture:#ff94c2;--same-clip:#f5b26b;
--bad:#ff9d94}}
*{box-sizing:border-box;margin:0}
html{-webkit-text-size-adjust:100%}
body{background:var(--bg);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
max-width:1320px;margin:0 auto;padding:0 20px 64px;overflow-wrap:anywhere}
a{color:inherit;text-underline-offset:3px}
:focus-visible{outline:3px solid var(--burst);outline-offset:2px;border-radius:6px}
header{padding:44px 0 22px}
.mark{display:flex;align-items:center;gap:9px;font-weight:700;letter-spacing:.01em;color:var(--soft);
margin-bottom:14px}
.mark svg{width:22px;height:22px;flex:none}
.mark svg path{fill:var(--badge);stroke:var(--gold);stroke-width:1.2;stroke-linejoin:round}
h1{font-size:clamp(1.75rem,4vw,2.6rem);line-height:1.12;letter-spacing:-.025em;font-weight:750;
text-wrap:balance}
header p{color:var(--soft);margin-top:8px;max-width:75ch}
.stats{display:flex;flex-wrap:wrap;gap:14px 44px;list-style:none;padding:0;margin:28px 0 0}
.stats b{display:block;font-size:1.7rem;line-height:1.15;font-weight:680;letter-spacing:-.02em;
font-variant-numeric:tabular-nums}
.stats span{color:var(--soft)}
.pick-one{position:absolute;opacity:0;pointer-events:none}
.chips{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:8px;padding:12px 20px;
margin:0 -20px 12px;
background:color-mix(in srgb,var(--bg) 92%,transparent);backdrop-filter:blur(10px)}
.chips label{display:inline-flex;align-items:center;gap:8px;padding:6px 14px;border:1px solid var(--line);
border-radius:99px;background:var(--card);cursor:pointer;user-select:none;font-weight:550}
.chips label:hover{border-color:var(--soft)}
.chips small{color:var(--soft);font-size:.86em;font-variant-numeric:tabular-nums}
.dot{width:9px;height:9px;border-radius:50%;background:currentColor;flex:none}
.burst .dot,.dot.burst{color:var(--burst)}.bracket .dot,.dot.bracket{color:var(--bracket)}
.same-bytes .dot,.dot.same-bytes{color:var(--same-bytes)}.same-pixels .dot,.dot.same-pixels{
color:var(--same-pixels)}
.same-picture .dot,.dot.same-picture{color:var(--same-picture)}
.same-clip .dot,.dot.same-clip{color:var(--same-clip)}
.group{background:var(--card);border:1px solid var(--line);border-radius:18px;box-shadow:var(--shade);
padding:22px;margin:0 0 22px;scroll-margin-top:70px;content-visibility:auto;contain-intrinsic-size:auto 520px}
.top{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 14px}
h2{font-size:1.22rem;letter-spacing:-.012em;line-height:1.3}
.kind{display:inline-flex;align-items:center;gap:7px;font-weight:600}
.kind.burst{color:var(--burst)}.kind.bracket{color:var(--bracket)}.kind.same-bytes{color:var(--same-bytes)}
.kind.same-pixels{color:var(--same-pixels)}.kind.same-picture{color:var(--same-picture)}
.kind.same-clip{color:var(--same-clip)}
.frees{margin-left:auto;color:var(--soft);font-variant-numeric:tabular-nums}
.because{color:var(--soft);margin-top:3px}
.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:24px 20px;margin-top:18px;
align-items:start}
.lead{grid-template-columns:minmax(290px,1.6fr) minmax(0,3fr);gap:28px}
.upright .lead{grid-template-columns:minmax(240px,1fr) minmax(0,3fr)}
.upright .photos .photos{grid-template-columns:repeat(auto-fill,minmax(160px,1fr))}
.lead>.photos{margin-top:0}
figure{min-width:0}
.frame{display:block;position:relative;border-radius:12px;background:var(--well);overflow:hidden}
.r4x3 .frame{aspect-ratio:4/3}.r3x2 .frame{aspect-ratio:3/2}.wide .frame{aspect-ratio:16/9}
.square .frame{aspect-ratio:1}.r3x4 .frame{aspect-ratio:3/4}.r2x3 .frame{aspect-ratio:2/3}
.r4x5 .frame{aspect-ratio:4/5}.r5x4 .frame{aspect-ratio:5/4}.tall .frame{aspect-ratio:9/16}
.frame img{display:block;width:100%;height:100%;object-fit:contain}.frame .fill{object-fit:cover}
.frame em{position:absolute;inset:0;display:grid;place-items:center;color:var(--soft);font-style:normal;
padding:12px;
text-align:center}
.keep .frame{outline:3px solid var(--gold);outline-offset:3px}
.keep .frame:focus-visible{outline-color:var(--burst)}
.badge{position:absolute;left:10px;top:10px;background:var(--badge);color:var(--badge-ink);font-weight:700;
font-size:.84rem;line-height:1;padding:7px 11px 7px 9px;border-radius:99px;display:flex;gap:5px;
align-items:center;
box-shadow:0 1px 5px #0006}
.badge svg{width:13px;height:13px}.badge svg path{fill:var(--badge-ink)}
figcaption{margin-top:11px;font-size:.9rem;line-height:1.42}
.name{display:flex;gap:10px;justify-content:space-between;align-items:baseline}
.name bdi{font-weight:620;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;
overflow:hidden}
.name output{flex:none;white-space:nowrap;font-variant-numeric:tabular-nums;font-weight:650}
.meta span{white-space:nowrap}
.meta,.files,.copies{color:var(--soft);font-variant-numeric:tabular-nums}
.bar{display:block;height:5px;border-radius:9px;background:var(--well);overflow:hidden;margin:7px 0 8px}
.bar i{display:block;height:100%;border-radius:9px;background:var(--soft)}
.keep .bar i{background:var(--gold)}
.why{list-style:none;padding:0}
.why li{padding-left:16px;position:relative}
.why li::before{content:"";position:absolute;left:2px;top:.62em;width:5px;height:5px;border-radius:50%;
background:var(--soft)}
.keep .why li::before{background:var(--gold)}
.lead>.keep figcaption{font-size:.96rem}
details{margin-top:7px}
summary{cursor:pointer;color:var(--soft);border-radius:6px;width:fit-content}
summary:hover{color:var(--ink)}
.parts{display:grid;grid-template-columns:auto 1fr auto;gap:3px 9px;align-items:center;margin:6px 0 2px;
color:var(--soft);
font-variant-numeric:tabular-nums}
.parts .bar{margin:0;height:4px}
.path{color:var(--soft);font-size:.85rem;margin-top:5px}
.flip{margin-top:18px;padding:11px 15px;border-radius:12px;background:var(--well)}
.flip b{font-weight:650}
.more{margin-top:16px;color:var(--soft)}
.more ul,.bad ul{columns:3 260px;gap:24px;padding-left:18px;margin-top:6px}
.bad{margin-top:44px}
.bad h2{color:var(--bad)}
.bad ul{columns:2 420px;margin-top:12px}
.bad li{margin-bottom:8px;break-inside:avoid}
.bad li span{display:block;color:var(--soft)}
.turn{display:flex;flex-wrap:wrap;gap:8px;margin:26px 0}
.turn a,.turn b,.turn span{padding:6px 13px;border:1px solid var(--line);border-radius:10px;
background:var(--card);
text-decoration:none;font-variant-numeric:tabular-nums}
.turn a:hover{border-color:var(--soft)}
.turn b{background:var(--ink);border-color:var(--ink);color:var(--bg)}
.turn span{border-color:transparent;background:none}
.empty{display:grid;gap:8px;justify-items:center;text-align:center;padding:64px 20px;color:var(--soft)}
.empty b{color:var(--ink);font-size:1.3rem}
footer{margin-top:44px;padding-top:20px;border-top:1px solid var(--line);color:var(--soft);font-size:.92rem}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
@media (max-width:860px){.group .lead{grid-template-columns:1fr}}
@media (max-width:560px){body{padding:0 14px 48px}header{padding:28px 0 16px}.stats{gap:14px 30px;
margin-top:22px}
.stats b{font-size:1.4rem}.chips{flex-wrap:nowrap;overflow-x:auto;margin:0 -14px 10px;padding:10px 14px;
scrollbar-width:none}.chips label{flex:none}.group{padding:16px;border-radius:16px}
.group .photos .photos,.photos{grid-template-columns:repeat(2,minmax(0,1fr));gap:18px 12px}
.frees{margin-left:0}}
@media print{body{max-width:none;background:#fff}.chips,.turn{display:none}
.group{content-visibility:visible;break-inside:avoid;box-shadow:none}}
"""
    + _STEPS
)


def filters(kinds: tuple[str, ...]) -> str:
    """Rules by which the chips show one kind of group, without a script."""
    hide = "".join(f"#only-{kind}:checked~main .group:not(.{kind}){{display:none}}" for kind in kinds)
    lit = ",".join(f"#only-{kind}:checked~.chips label[for=only-{kind}]" for kind in ("all", *kinds))
    seen = ",".join(f"#only-{kind}:focus-visible~.chips label[for=only-{kind}]" for kind in ("all", *kinds))
    return (
        f"{hide}{lit}{{background:var(--ink);border-color:var(--ink);color:var(--bg)}}"
        f"{lit.replace(']', '] small')}{{color:inherit}}"
        f"{seen}{{outline:3px solid var(--burst);outline-offset:2px}}"
    )
