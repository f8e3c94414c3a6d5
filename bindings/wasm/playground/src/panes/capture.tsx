// What a snapshot of the data would contain under limits and redaction, and what it would not show.

import type { AuditEntry } from 'probelang';
import { useMemo } from 'preact/hooks';

import { capture, opened } from '../model/answers';
import * as state from '../model/state';
import { LIMITS, REDACTIONS, type Limits } from '../model/state';
import { bytes, count } from '../model/values';
import { Copy } from '../parts/dialog';
import { Slider } from '../parts/slider';

type Recorded = { [key: string]: unknown };

const isObject = (value: unknown): value is Recorded => typeof value === 'object' && value !== null && !Array.isArray(value);

const REASONS: Record<string, string> = {
  redactedIdent: 'redacted by its name', redactedType: 'redacted by its type', redactedValue: 'redacted for what it says', depth: 'below the depth', collectionSize: 'more elements',
  fieldCount: 'more fields', timeout: 'out of time', payloadTooLarge: 'too large',
};

/** A captured value as a tree. */
function Tree({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  if (!isObject(value)) return <li><code>{name}</code> <span class="kind">{JSON.stringify(value)}</span></li>;
  const reason = typeof value['notCapturedReason'] === 'string' ? value['notCapturedReason'] : null;
  const hidden = reason?.startsWith('redacted') === true;
  const parts: [string, unknown][] = isObject(value['fields']) ? Object.entries(value['fields'])
    : Array.isArray(value['elements']) ? value['elements'].map((one, at) => [`[${at}]`, one])
      : Array.isArray(value['entries'])
        ? value['entries'].map((entry) => {
          const [key, one] = entry as [Recorded, unknown];
          return [typeof key?.['value'] === 'string' ? key['value'] : String(key?.['type'] ?? ''), one];
        })
        : [];
  const size = value['size'] === undefined ? '' : ` (${String(value['size'])})`;
  const head = (
    <>
      <code class="name">{name}</code>
      <span class="kind">{String(value['type'] ?? '')}{size}</span>
      {typeof value['value'] === 'string' && <code class="scalar">{value['value']}</code>}
      {value['isNull'] === true && <code class="scalar">null</code>}
      {value['truncated'] === true && <span class="tag" data-tone="fault">text cut</span>}
      {value['pruned'] === true && <span class="tag" data-tone="fault">pruned</span>}
      {reason !== null && <span class="tag" data-tone={hidden ? 'hidden' : 'fault'}>{REASONS[reason] ?? reason}</span>}
    </>
  );
  if (parts.length === 0) return <li>{head}</li>;
  return (
    <li>
      <details open={depth < 3}>
        <summary>{head}</summary>
        <ul>{parts.map(([key, one], at) => <Tree key={`${key} ${at}`} name={key} value={one} depth={depth + 1} />)}</ul>
      </details>
    </li>
  );
}

/** The groups of values of a snapshot, by frame. */
function groups(snapshot: Recorded): { frame: string; group: string; values: Recorded }[] {
  const captures = isObject(snapshot['captures']) ? snapshot['captures'] : {};
  const frames: [string, unknown][] = Object.entries(captures).flatMap(([name, frame]): [string, unknown][] =>
    (name === 'lines' && isObject(frame) ? Object.entries(frame).map(([line, one]): [string, unknown] => [`line ${line}`, one]) : [[name, frame]]));
  return frames.flatMap(([frame, context]) => (isObject(context)
    ? Object.entries(context).filter((entry): entry is [string, Recorded] => isObject(entry[1]) && Object.keys(entry[1]).length > 0)
      .map(([group, values]) => ({ frame, group, values: group === 'throwable' ? { throwable: values } : values }))
    : []));
}

function Entries({ title, tone, entries, none }: { title: string; tone: 'hidden' | 'fault'; entries: readonly AuditEntry[]; none: string }) {
  const told = (entry: AuditEntry): string => {
    const { rule, shown, size, reason, entry: name, origin } = entry as { [key: string]: unknown };
    const by = name ? ` ${String(name)}${origin === 'built-in' ? ', built in' : origin === 'configured' ? ', yours' : ''}` : '';
    const much = typeof shown === 'number' && typeof size === 'number' ? `: ${count(shown)} of ${count(size)}` : typeof size === 'number' ? `: ${count(size)} in it` : '';
    return `${String(rule)}${by}${much}${rule === 'reason' && reason ? `: ${String(reason)}` : ''}${origin === 'recorded' ? ', hidden in the recording' : ''}`;
  };
  return (
    <section class="audit" aria-label={title}>
      <h3>{title} <span class="tag" data-tone={entries.length > 0 ? tone : undefined}>{entries.length}</span></h3>
      {entries.length === 0 ? <p class="kind">{none}</p> : (
        <ul>{entries.slice(0, 100).map((entry, at) => <li key={at}><code>{entry.path || String(entry['frame'] ?? '')}</code> <span class="kind">{told(entry)}</span></li>)}</ul>
      )}
    </section>
  );
}

/** A list of names that can be written with commas. */
function Names({ label, hint, value, change }: { label: string; hint: string; value: string[]; change: (names: string[]) => void }) {
  return (
    <label class="names-field">{label}
      <input type="text" value={value.join(', ')} placeholder={hint} spellcheck={false}
        onChange={(event) => change(event.currentTarget.value.split(',').map((name) => name.trim()).filter((name) => name !== ''))} />
    </label>
  );
}

export function CapturePane() {
  const limits = state.limits.value;
  const set = (change: Partial<Limits>): void => { state.limits.value = { ...limits, ...change }; };
  const found = capture.value.value;
  const snapshot = found?.captured.capture;
  const all = useMemo(() => (snapshot ? groups(snapshot) : []), [snapshot]);
  const audit = found?.audited.audit;
  const missing = opened.value.value?.handle.ok ? 'A capture of the data is shown here.' : 'There are no data to capture.';
  return (
    <div class="capture">
      <section class="limits" aria-labelledby="capture-limits">
        <h3 id="capture-limits">Limits</h3>
        <Slider label="Depth" least={0} most={12} usual={LIMITS.depth} value={limits.depth} show={count} change={(depth) => set({ depth })} />
        <Slider label="Items" scale="log" least={1} most={10_000} usual={LIMITS.items} value={limits.items} show={count} change={(items) => set({ items })} />
        <Slider label="Text" scale="log" least={1} most={65_536} usual={LIMITS.length} value={limits.length} show={count} change={(length) => set({ length })} />
        <Slider label="Fields" scale="log" least={1} most={1_000} usual={LIMITS.fields} value={limits.fields} show={count} change={(fields) => set({ fields })} />
        <Slider label="Size" scale="log" least={1024} most={1 << 20} usual={LIMITS.size} value={limits.size} show={bytes} change={(size) => set({ size })} />
        <h3>Redaction</h3>
        <Names label="Hide also" hint="email, iban" value={state.redact.value} change={(names) => { state.redact.value = names; }} />
        <Names label="Do not hide" hint="built-in names" value={state.redactExclude.value} change={(names) => { state.redactExclude.value = names; }} />
        <label class="names-field">Texts
          <select aria-label="Texts" aria-describedby="redaction-about" value={state.redaction.value} onChange={(event) => { state.redaction.value = REDACTIONS[event.currentTarget.selectedIndex]?.redaction ?? 'strict'; }}>
            {REDACTIONS.map(({ redaction, name }) => <option key={redaction} value={redaction}>{name}</option>)}
          </select>
        </label>
        <p class="kind" id="redaction-about">{REDACTIONS.find(({ redaction }) => redaction === state.redaction.value)?.about}</p>
        <p class="kind"><a href="./docs/redaction.html" target="_blank" rel="noreferrer">What is hidden</a>, <a href="./docs/capture.html" target="_blank" rel="noreferrer">how captures are limited</a></p>
      </section>
      <section class="captured" aria-labelledby="capture-snapshot" data-busy={capture.busy.value}>
        <header>
          <h3 id="capture-snapshot">Snapshot</h3>
          {audit && <span class="kind">{bytes(audit.bytes)}</span>}
          {found?.captured.pruned && <span class="tag" data-tone="fault">pruned to fit</span>}
          <span class="grow" />
          {snapshot && <Copy text={JSON.stringify(snapshot)} label="Copy JSON" />}
        </header>
        {all.length === 0 ? <p class="empty">{found?.captured.diagnostics[0]?.message ?? capture.failed.value ?? missing}</p> : (
          all.map(({ frame, group, values }) => (
            <div class="group" key={`${frame} ${group}`}>
              <p class="kind">{frame} · {group}</p>
              <ul class="values">{Object.entries(values).map(([name, value]) => <Tree key={name} name={name} value={value} depth={0} />)}</ul>
            </div>
          ))
        )}
      </section>
      <div class="audits">
        <Entries title="Hidden" tone="hidden" entries={audit?.hidden ?? []} none="Nothing is redacted." />
        <Entries title="Cut" tone="fault" entries={audit?.cut ?? []} none="Nothing is cut by a limit." />
        <Entries title="Pruned" tone="fault" entries={audit?.pruned ?? []} none="It fits: nothing is left out." />
      </div>
    </div>
  );
}
