// Every test file imports this first: a process of tests ends with the one that started it, and in any case after a while.

const MINUTES = 10;

const parent = process.ppid;

process.stdout.on('error', () => process.exit(1));
process.stderr.on('error', () => process.exit(1));
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 2000).unref();
setTimeout(() => {
  console.error(`the tests did not end within ${MINUTES} minutes`);
  process.exit(1);
}, MINUTES * 60_000).unref();
