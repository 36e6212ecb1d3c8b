// Loaded into a program that a script launched (node --import): standard input is a pipe from the launcher, which ends when the
// launcher does, even by SIGKILL. The program then closes as after Ctrl-C, so that nothing goes on unseen.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.on('error', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
// It must not keep a program alive that is done.
/** @type {import('node:net').Socket} */ (process.stdin).unref?.();
