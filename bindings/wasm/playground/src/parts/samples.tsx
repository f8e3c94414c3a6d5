// The samples, to be searched by what they show.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { open } from '../model/dialogs';
import { SAMPLES, addressOf, type Sample } from '../model/samples';
import { MODES } from '../model/state';
import { choose, failed } from '../start';
import { Dialog } from './dialog';

const query = signal('');

/** What a search looks through. */
const words = ({ name, about, source, group, mode, dialect, tab, id }: Sample): string =>
  [name, about, source, group, mode, dialect, tab, id].join(' ').toLowerCase();

const found = (text: string): readonly Sample[] => {
  const wanted = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return SAMPLES.filter((sample) => wanted.every((word) => words(sample).includes(word)));
};

function Entry({ sample }: { sample: Sample }) {
  const { id, name, about, mode, source } = sample;
  return (
    <li>
      <a class="entry sample" data-id={id} href={addressOf(sample)} onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        void choose(sample).then((there) => { if (there) open.value = null; });
      }}>
        <span class="sample-name"><b>{name}</b><span class="tag">{MODES.find((one) => one.mode === mode)?.name}</span></span>
        <span class="kind">{about}</span>
        {mode !== 'probe' && <code>{source.replace(/\s+/g, ' ')}</code>}
      </a>
    </li>
  );
}

function List() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => { query.value = ''; }, []);
  const all = found(query.value);
  const groups = [...new Set(all.map(({ group }) => group))];
  const move = (event: KeyboardEvent): void => {
    const entries = [...(box.current?.querySelectorAll<HTMLElement>('.sample') ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Enter' && at < 0) return void entries[0]?.click();
    const to = event.key === 'ArrowDown' ? at + 1 : event.key === 'ArrowUp' ? at - 1 : null;
    if (to === null) return;
    event.preventDefault();
    if (to < 0) box.current?.querySelector('input')?.focus();
    else entries[Math.min(to, entries.length - 1)]?.focus();
  };
  return (
    <div class="samples" ref={box} onKeyDown={move}>
      <input type="search" class="search" autofocus aria-label="Search the samples" placeholder="A runtime, a function, redacted, exception …"
        value={query.value} onInput={(event) => { query.value = event.currentTarget.value; }} />
      <p class="sr" role="status">{all.length} samples</p>
      {failed.value && <p class="note-box" data-tone="fault">The sample could not be loaded.</p>}
      {all.length === 0 && <p class="empty">No sample has these words. <button type="button" class="button" onClick={() => { query.value = ''; }}>Show all</button></p>}
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h3>{group}</h3>
          <ul>{all.filter((sample) => sample.group === group).map((sample) => <Entry key={sample.id} sample={sample} />)}</ul>
        </section>
      ))}
    </div>
  );
}

export const SamplesDialog = () => <Dialog name="samples" title="Samples"><List /></Dialog>;
