// A button that makes the changes of a fix.

import type { Edit } from 'probelang';

import { Ticks } from './ticks';

export function Fix({ edit, apply }: { edit: Edit; apply: () => void }) {
  return (
    <button type="button" class="button fix" onClick={apply}>
      <span aria-hidden="true">✓</span> <span><Ticks text={`${edit.title[0]?.toUpperCase()}${edit.title.slice(1)}`} /></span>
    </button>
  );
}
