// Panes that are loaded when they are first shown.

import { signal } from '@preact/signals';
import type { JSX } from 'preact';

type Component = () => JSX.Element;

/** A component that shows nothing but its frame until its module is there. */
export function lazy(load: () => Promise<Component>): Component {
  const loaded = signal<Component | null>(null);
  const failed = signal(false);
  let asked = false;
  return function Lazy() {
    if (!asked) {
      asked = true;
      load().then((component) => { loaded.value = component; }, () => { failed.value = true; asked = false; });
    }
    const Loaded = loaded.value;
    if (Loaded) return <Loaded />;
    return <p class="empty">{failed.value ? 'This part of the page could not be loaded.' : ''}</p>;
  };
}
