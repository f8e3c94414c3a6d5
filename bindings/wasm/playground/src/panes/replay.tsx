// A probe file over many recorded hits: what became of each, and the report.

import type { ProbeReport, Replayed } from 'probelang';
import { signal } from '@preact/signals';

import { configuration, matchAll, replay } from '../model/answers';
import * as state from '../model/state';
import { bytes, count, type Tone } from '../model/values';
import { Ticks } from '../parts/ticks';

/** So many hits are drawn. */
const MOST = 1_000;

/** What a hit came to, as it is drawn and called. */
const CAUSES: Record<string, { name: string; tone: Tone }> = {
  emitted: { name: 'fired', tone: 'true' },
  not_matched: { name: 'missed', tone: 'skipped' },
  failed: { name: 'failed', tone: 'fault' },
  rate_limited: { name: 'rate-limited', tone: 'hidden' },
  over_budget: { name: 'over the budget', tone: 'false' },
  skipped: { name: 'sampled out', tone: 'value' },
  expired: { name: 'expired', tone: 'value' },
  done: { name: 'done', tone: 'value' },
  paused: { name: 'paused', tone: 'value' },
  blocked: { name: 'blocked', tone: 'false' },
  reentered: { name: 'within a hit', tone: 'value' },
};

const cause = (name: string): { name: string; tone: Tone } => CAUSES[name] ?? { name, tone: 'value' };

/** The hit that is looked at. */
const looked = signal<{ probe: string; hit: number } | null>(null);

type Event = Replayed['events'][number];

function clock(time: number): string {
  return time < 1e11 ? `+${(time / 1000).toFixed(1)} s` : new Date(time).toISOString().slice(11, 23);
}

/** The text of an event, as far as it has one. */
function summary(event: Event): string {
  const inner = event['event'] as { [key: string]: unknown } | undefined;
  const message = inner?.['message'] ?? event['message'];
  if (typeof message === 'string') return message;
  if (event.kind === 'metric') return `${String(event['name'] ?? event['metricName'] ?? 'metric')} ${String(event['value'] ?? '')}`;
  const status = (inner?.['debugger'] as { diagnostics?: { status?: string; probeId?: string } } | undefined)?.diagnostics;
  if (status) return `${status.probeId ?? ''} ${status.status ?? ''}`;
  return event.kind;
}

function Lane({ probe, timeline }: { probe: ProbeReport; timeline: NonNullable<Replayed['timeline']> }) {
  const current = state.index.value;
  const open = looked.value?.probe === probe.id && looked.value.hit === current ? current : null;
  const cells = timeline.slice(0, MOST);
  const go = (to: number): void => {
    const hit = Math.max(0, Math.min(cells.length - 1, to));
    looked.value = { probe: probe.id, hit };
    state.index.value = hit;
  };
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const lane = event.currentTarget as HTMLElement;
    go((open ?? current) + step);
    requestAnimationFrame(() => lane.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
  };
  const tabbed = Math.min(open ?? current, cells.length - 1);
  return (
    <div class="lane">
      <div class="lane-name"><code>{probe.id}</code><span class="kind">{count(probe.emitted)} of {count(probe.hits)} fired</span></div>
      <div class="hits" role="group" aria-label={`Hits of ${probe.id}`} onKeyDown={key}>
        {cells.map(({ time, causes }, hit) => {
          const name = causes[probe.id];
          const said = name === undefined ? { name: 'not a hit', tone: undefined } : cause(name);
          return (
            <button
              key={hit} type="button" class="hit" data-tone={said.tone} data-cause={name ?? 'none'} data-now={hit === current}
              tabIndex={hit === tabbed ? 0 : -1} aria-label={`Hit ${hit + 1}: ${said.name}`} aria-pressed={open === hit}
              title={`Hit ${hit + 1}, ${clock(time)}: ${said.name}`} onClick={() => go(hit)}
            />
          );
        })}
      </div>
    </div>
  );
}

const NUMBERS: readonly (keyof ProbeReport)[] = ['hits', 'emitted', 'not_matched', 'failed', 'rate_limited', 'bytes', 'steps'];

function Report({ report }: { report: readonly ProbeReport[] }) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Report">
      <table class="report">
        <thead>
          <tr><th scope="col">Probe</th>
            {NUMBERS.map((name) => <th key={name} scope="col" class="n">{CAUSES[name]?.name ?? name}</th>)}
            <th scope="col">Why</th></tr>
        </thead>
        <tbody>
          {report.map((probe) => (
            <tr key={probe.id}>
              <th scope="row"><code>{probe.id}</code></th>
              {NUMBERS.map((name) => <td key={name} class="n">{name === 'bytes' ? bytes(probe.bytes) : count(Number(probe[name]))}</td>)}
              <td><Ticks text={probe.verdict} />{probe.approximate > 0 && <span class="kind"> ({count(probe.approximate)} approximate)</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Events({ events }: { events: readonly Event[] }) {
  const sent = events.filter(({ kind }) => kind !== 'status');
  return (
    <details class="events">
      <summary>What would be sent: {count(sent.length)} {sent.length === 1 ? 'event' : 'events'}</summary>
      <ol>
        {sent.slice(0, 200).map((event, at) => (
          <li key={at}><span class="tag" data-tone={event.kind === 'error' ? 'fault' : 'value'}>{event.kind}</span> <code>{summary(event)}</code></li>
        ))}
        {sent.length > 200 && <li class="kind">and {count(sent.length - 200)} more</li>}
      </ol>
    </details>
  );
}

export function ReplayPane() {
  const found = replay.value.value;
  const timeline = found?.timeline ?? [];
  const report = found?.report ?? [];
  const problem = replay.failed.value ?? configuration.failed.value;
  const used = new Set(timeline.flatMap(({ causes }) => Object.values(causes)));
  const first = found?.diagnostics.find(({ severity }) => severity === 'error');
  return (
    <div class="replay">
      <div class="bar">
        <p class="kind">
          {state.mode.value === 'probe' ? 'The probes of the configuration' : `A probe with this ${state.mode.value}`}, over {timeline.length === 1 ? 'the hit' : `all ${count(timeline.length)} hits`} of the data, in recorded time.
        </p>
        <span class="grow" />
        <label class="check" title="Otherwise a snapshot is a hit of the probes whose place is where it was recorded">
          <input type="checkbox" checked={matchAll.value} onChange={(event) => { matchAll.value = event.currentTarget.checked; }} />
          Every hit is one of every probe
        </label>
      </div>
      {problem !== null && <p class="note-box" data-tone="fault">{problem}</p>}
      {first && <p class="note-box" data-tone="fault">{first.message}{first.source && !first.source.startsWith('<probes') ? ` (${first.source})` : ''}</p>}
      {report.length === 0
        ? <p class="empty">{replay.busy.value ? 'Replaying …' : 'Many hits, one per line, become a timeline here. Try the sample “Three probes over forty hits”.'}</p>
        : (
          <>
            <div class="timeline" data-busy={replay.busy.value}>
              {report.map((probe) => <Lane key={probe.id} probe={probe} timeline={timeline} />)}
              {timeline.length > 0 && (
                <p class="lane-time kind"><span>{clock(timeline[0]?.time ?? 0)}</span><span>{clock(timeline[Math.min(timeline.length, MOST) - 1]?.time ?? 0)}</span></p>
              )}
              {timeline.length > MOST && <p class="kind">The first {count(MOST)} hits are drawn.</p>}
            </div>
            <p class="legend" aria-hidden="true">
              {[...used].map((name) => <span key={name}><i class="hit" data-tone={cause(name).tone} data-cause={name} />{cause(name).name}</span>)}
            </p>
            <Looked timeline={timeline} />
            <Report report={report} />
            <Events events={found?.events ?? []} />
          </>
        )}
    </div>
  );
}

const HINTS: Record<string, string> = {
  emitted: 'The condition held, and no limit was reached: it sent an event.',
  not_matched: 'The condition was false for this hit. The Why tab shows which part decided.',
  failed: 'The condition or the value could not be evaluated for this hit. The Why tab shows where.',
  rate_limited: 'The condition held, but the probe had sent as many events as its rate allows.',
  over_budget: 'The bytes that captures may take per second were used up.',
  skipped: 'The probe sends only one of so many events.',
};

/** What is said of the hit that was clicked. */
function Looked({ timeline }: { timeline: NonNullable<Replayed['timeline']> }) {
  const at = looked.value?.hit === state.index.value ? looked.value : null;
  const hit = at ? timeline[at.hit] : undefined;
  if (!at || !hit) return <p class="looked kind">Click a hit to look at it: it becomes the data above.</p>;
  const name = hit.causes[at.probe];
  const said = name === undefined ? null : cause(name);
  return (
    <p class="looked">
      <b>Hit {at.hit + 1}</b> at {clock(hit.time)}: {said ? <span class="chip" data-tone={said.tone}>{said.name}</span> : 'not a hit of this probe'}{' '}
      {name && HINTS[name]}{' '}
      <button type="button" class="button" onClick={() => { state.tab.value = 'why'; }}>Why?</button>
    </p>
  );
}
