// The page of a code, over everything else.

import { effect, signal } from '@preact/signals';
import type { Explanation } from 'probelang';
import { useEffect, useRef } from 'preact/hooks';

import { engine } from '../model/engine';

/** The code that is explained. */
export const explained = signal<string | null>(null);

const page = signal<Explanation | null>(null);

effect(() => {
  const code = explained.value;
  if (code === null) return;
  void engine.then((client) => client.explain(code)).then((found) => {
    if (explained.peek() === code) page.value = found;
  });
});

/** The address of what a code or a row links to, on this site. */
export function pageOf(url: string): string {
  const found = /docs\/([\w-]+)\.md(#[\w-]+)?$/.exec(url);
  return found ? `./docs/${found[1]}.html${found[2] ?? ''}` : '';
}

export function ExplainDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const code = explained.value;
  const found = page.value?.code === code ? page.value : null;
  useEffect(() => {
    if (found && !dialog.current?.open) dialog.current?.showModal();
  }, [found]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="explain-title" onClose={() => { explained.value = null; }}
      onClick={(event) => { if (event.target === dialog.current) dialog.current?.close(); }}>
      {found && (
        <div class="dialog-body">
          <header>
            <h2 id="explain-title"><span class="code">{found.code}</span> {found.title}</h2>
            <button type="button" class="button icon" aria-label="Close" onClick={() => dialog.current?.close()}>×</button>
          </header>
          {found.text.trim().split(/\n\s*\n/).map((paragraph) => <p key={paragraph}>{paragraph}</p>)}
          {found.example && <pre class="example">probelang {found.example}</pre>}
          {found.instead && <><p>Instead:</p><pre class="example">probelang {found.instead}</pre></>}
          {pageOf(found.url) && <p><a href={pageOf(found.url)} target="_blank" rel="noreferrer">All codes</a></p>}
        </div>
      )}
    </dialog>
  );
}
