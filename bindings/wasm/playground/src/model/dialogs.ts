// Which dialog is open. There is one at a time.

import { signal } from '@preact/signals';

export type DialogName = 'samples' | 'share' | 'history' | 'command' | 'settings' | 'keys' | 'more';

export const open = signal<DialogName | null>(null);
