// The pages of `docs/` that the playground links to, as HTML next to it: links to them stay on the site.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';

const NAMES = ['language', 'dialects', 'codes', 'faults', 'redaction', 'capture', 'probes', 'recordings', 'playground'];

const STYLE = `
:root { color-scheme: light dark; --text: #1b2028; --ground: #fff; --line: #dfe3e8; --link: #4a3fd1; --code: #f1f3f6; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ef; --ground: #12161c; --line: #2a313c; --link: #aaa4ff; --code: #1d222b; }
}
body { font: 16px/1.6 system-ui, sans-serif; color: var(--text); background: var(--ground); max-width: 54rem; margin: 0 auto; padding: 1.5rem 1.25rem 6rem; }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.25; scroll-margin-top: 1rem; }
:target { outline: 2px solid var(--link); outline-offset: 6px; border-radius: 4px; }
code, pre { font: .875em/1.5 ui-monospace, monospace; background: var(--code); border-radius: 4px; }
code { padding: .1em .3em; }
pre { padding: .75rem 1rem; overflow: auto; }
pre code { padding: 0; font-size: 1em; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; }
img { max-width: 100%; }
`;

/** The name of a heading in an address, as code hosts make it. */
function anchor(text) {
  return text.replace(/<[^>]*>/g, '').replace(/&[a-z]+;/g, '').toLowerCase().trim().replace(/[^\w\- ]/g, '').replace(/ /g, '-');
}

function html(name, markdown) {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const text = this.parser.parseInline(tokens);
        return `<h${depth} id="${anchor(text)}">${text}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        const page = /^([\w-]+)\.md(#.*)?$/.exec(href);
        if (page && NAMES.includes(page[1])) return `<a href="${page[1]}.html${page[2] ?? ''}">${text}</a>`;
        return /^(#|https:)/.test(href) ? `<a href="${href}">${text}</a>` : text;
      },
      image({ text }) {
        return text;
      },
    },
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'">
<link rel="icon" href="data:,">
<title>${name} · probelang</title>
<style>${STYLE}</style>
</head>
<body>
<p><a href="../index.html">← playground</a></p>
<main>
${marked.parse(markdown)}
</main>
</body>
</html>
`;
}

/** A plugin of Vite: emits `docs/NAME.html`, also while developing. */
export function pages(repository) {
  const page = (name) => html(name, readFileSync(join(repository, 'docs', `${name}.md`), 'utf8'));
  return {
    name: 'probelang-pages',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const found = /\/docs\/([\w-]+)\.html/.exec(request.url ?? '');
        if (!found || !NAMES.includes(found[1])) return next();
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(page(found[1]));
      });
    },
    generateBundle() {
      for (const name of NAMES) this.emitFile({ type: 'asset', fileName: `docs/${name}.html`, source: page(name) });
    },
  };
}
