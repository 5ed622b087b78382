// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The one style sheet: system fonts, no pictures, contrast of at least 7:1 for text on its ground.
enum Style {
    static let sheet = """
        *, *::before, *::after { box-sizing: border-box; }
        :root { --ink: #1b2430; --soft: #465261; --line: #c9d1da; --ground: #f6f7f9; --paper: #ffffff; --accent: #0b4a7a;
          --deep: #083558; --good: #0c5a2a; --good-ground: #e8f4ec; --bad: #8f1616; --bad-ground: #fbeaea;
          --open: #6b4300; --open-ground: #fdf4e0; }
        html { font: 17px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
        body { margin: 0; color: var(--ink); background: var(--ground); overflow-wrap: anywhere; }
        a { color: var(--accent); text-underline-offset: .15em; }
        a:hover { color: var(--deep); text-decoration-thickness: 2px; }
        :focus-visible { outline: 3px solid #d98a00; outline-offset: 2px; border-radius: 3px; }
        .skip { position: absolute; left: .5rem; top: -5rem; background: var(--paper); padding: .6rem 1rem; z-index: 2; }
        .skip:focus { top: .5rem; }
        .demo { margin: 0; max-width: none; padding: .35rem 1.2rem; background: var(--open-ground); color: var(--open); font-size: .85rem;
          text-align: center; border-bottom: 1px solid #e6cf9b; }
        header { background: var(--paper); border-bottom: 1px solid var(--line); }
        .bar { max-width: 62rem; margin: 0 auto; padding: .7rem 1.2rem; display: flex; gap: .6rem 1.5rem; align-items: center;
          justify-content: space-between; flex-wrap: wrap; }
        .bar.under { padding-top: 0; }
        .brand { font-weight: 700; font-size: 1.2rem; text-decoration: none; color: var(--deep); }
        .brand .mark { color: var(--accent); }
        nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; }
        nav a { display: inline-block; padding: .35rem 0; text-decoration: none; border-bottom: 3px solid transparent; }
        nav a:hover { border-color: var(--line); }
        nav a[aria-current] { border-color: var(--accent); color: var(--deep); font-weight: 600; }
        .person { display: flex; gap: .8rem; align-items: center; font-size: .92rem; }
        .person p { margin: 0; }
        .tag { background: var(--open-ground); color: var(--open); border-radius: 3px; padding: .05rem .4rem; font-size: .82rem; }
        main { max-width: 62rem; margin: 0 auto; padding: 1.6rem 1.2rem 3rem; }
        main:focus { outline: none; }
        footer { border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; text-align: center; padding: .8rem 1.2rem; }
        footer p { max-width: none; margin: 0; }
        h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; color: var(--deep); }
        h2 { font-size: 1.22rem; line-height: 1.3; margin: 2rem 0 .7rem; color: var(--deep); }
        h3 { font-size: 1.02rem; margin: 0 0 .3rem; }
        p { margin: .5rem 0; max-width: 46rem; }
        .lead { font-size: 1.08rem; }
        .subtitle { font-size: 1.05rem; color: var(--soft); margin-top: -.6rem; }
        .hint { color: var(--soft); font-size: .88rem; font-weight: 400; }
        code { font: .84rem ui-monospace, "DejaVu Sans Mono", monospace; }
        .grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); margin-top: 1.6rem; }
        .card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.2rem; margin: 1rem 0; }
        .grid .card { margin: 0; display: flex; flex-direction: column; }
        .grid .card p:last-child { margin-top: auto; padding-top: .6rem; }
        .card h2 { margin-top: 0; }
        .quiet { background: transparent; font-size: .94rem; margin-top: 2rem; }
        .notice, .alert { border-left: 5px solid; border-radius: 4px; padding: .7rem 1rem; max-width: none; }
        .notice { background: var(--good-ground); border-color: var(--good); color: #08401d; }
        .alert { background: var(--open-ground); border-color: #b97900; color: #523300; }
        .verdict { font-size: 1.3rem; margin: .4rem 0; }
        .mark-ok, .mark-bad, .mark-open, .mark-none { display: inline-block; font-weight: 600; border-radius: 4px; padding: .08rem .55rem; }
        .mark-ok { color: var(--good); background: var(--good-ground); }
        .mark-bad { color: var(--bad); background: var(--bad-ground); }
        .mark-open { color: var(--open); background: var(--open-ground); }
        .mark-none { color: var(--soft); background: #e9edf1; }
        .facts { display: grid; gap: 0; margin: .8rem 0; border-top: 1px solid var(--line); }
        .facts > div { display: grid; grid-template-columns: minmax(9rem, 15rem) 1fr; gap: .3rem 1rem; padding: .4rem 0;
          border-bottom: 1px solid var(--line); }
        dt { color: var(--soft); } dd { margin: 0; }
        .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .6rem .9rem; border-bottom: 1px solid var(--line); }
        thead th { background: #eef2f6; color: var(--soft); font-size: .88rem; white-space: nowrap; }
        tbody th { font-weight: 600; min-width: 11rem; }
        tbody tr:last-child > * { border-bottom: 0; }
        .plan, .list { list-style: none; margin: 0; padding: 0; }
        .plan > li, .list > li { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1.1rem; margin: .6rem 0; }
        .plan p { margin: .25rem 0; }
        .why { color: var(--soft); font-size: .93rem; }
        .remarks { padding-left: 1.2rem; }
        .quote { border-left: 4px solid var(--line); padding: .2rem 1rem; background: var(--paper); }
        .code { font: 1.25rem/1.9 ui-monospace, "DejaVu Sans Mono", monospace; background: var(--paper); border: 2px dashed var(--accent);
          border-radius: 8px; padding: 1rem 1.2rem; max-width: 40rem; letter-spacing: .04em; }
        form { margin: 0; }
        .field { margin: 1rem 0; max-width: 34rem; }
        .field .hint { margin: .1rem 0 .3rem; }
        label, legend { font-weight: 600; }
        fieldset { border: 1px solid var(--line); border-radius: 8px; background: var(--paper); margin: 1rem 0; padding: .6rem 1.1rem .8rem; max-width: 46rem; }
        legend { padding: 0 .4rem; }
        .option { display: flex; gap: .6rem; align-items: flex-start; padding: .3rem 0; }
        .option label { font-weight: 400; }
        input, select, button { font: inherit; color: inherit; }
        input[type=text], input[type=password], input[type=date], input[type=file], select { width: 100%; padding: .55rem .7rem;
          border: 1px solid #6d7987; border-radius: 6px; background: var(--paper); min-height: 2.75rem; }
        input[type=radio], input[type=checkbox] { width: 1.25rem; height: 1.25rem; margin: .18rem 0 0; flex: none; accent-color: var(--accent); }
        button, .button { display: inline-block; border: 1px solid var(--accent); background: var(--accent); color: #fff; font-weight: 600;
          border-radius: 6px; padding: .55rem 1.1rem; min-height: 2.75rem; text-decoration: none; cursor: pointer; line-height: 1.5; }
        button:hover, .button:hover { background: var(--deep); border-color: var(--deep); color: #fff; }
        .second { background: var(--paper); color: var(--accent); }
        .second:hover { background: #eaf1f7; color: var(--deep); }
        .danger { background: var(--paper); border-color: var(--bad); color: var(--bad); }
        .danger:hover { background: var(--bad); border-color: var(--bad); color: #fff; }
        .plain { background: none; border: 0; color: var(--accent); text-decoration: underline; padding: .2rem; min-height: 0; font-weight: 400; }
        .plain:hover { background: none; color: var(--deep); }
        .small { padding: .3rem .8rem; font-size: .9rem; min-height: 2.3rem; }
        .actions { display: flex; flex-wrap: wrap; gap: .7rem; align-items: center; margin: 1.2rem 0; max-width: none; }
        details { margin: .8rem 0; }
        summary { cursor: pointer; color: var(--accent); font-weight: 600; padding: .25rem 0; }
        progress { display: block; width: 100%; max-width: 34rem; height: 1rem; margin: .9rem 0 .3rem; accent-color: var(--accent); }
        progress[hidden] { display: none; }
        .form { display: grid; gap: .2rem 2rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); align-items: start; }
        .form .field { margin: .6rem 0 0; } .form details { margin: .1rem 0 .4rem; font-size: .88rem; }
        .form ul { margin: .2rem 0; padding-left: 1.1rem; }
        @media (max-width: 40rem) {
          h1 { font-size: 1.45rem; } .facts > div { grid-template-columns: 1fr; gap: 0; }
          .bar { padding: .6rem 1rem; } main { padding: 1.2rem 1rem 2.5rem; } th, td { padding: .5rem .6rem; }
          .actions .button, .actions button, .actions form { width: 100%; text-align: center; }
          .code { font-size: 1.05rem; }
        }
        @media print { header, .actions, .skip, footer { display: none; } body { background: #fff; } }
        """
}
