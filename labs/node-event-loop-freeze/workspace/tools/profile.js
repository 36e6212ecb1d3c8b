/**
 * Where a running Node process spends its processor time, by function.
 *   node tools/profile.js [SECONDS]
 * Asks the inspector on port 9229, which the process opens when it gets the signal USR1.
 */
const seconds = Number(process.argv[2] ?? 3);

const targets = await fetch('http://127.0.0.1:9229/json/list').then(
  (response) => response.json(),
  () => {
    console.error('Nothing listens on port 9229. Has the process been asked to open its inspector?');
    process.exit(1);
  },
);
const socket = new WebSocket(targets[0].webSocketDebuggerUrl);
const answers = new Map();
let last = 0;

socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  answers.get(message.id)?.(message.result);
};

function ask(method, params = {}) {
  last += 1;
  socket.send(JSON.stringify({ id: last, method, params }));
  return new Promise((resolve) => answers.set(last, resolve));
}

await new Promise((resolve) => {
  socket.onopen = resolve;
});
await ask('Profiler.enable');
await ask('Profiler.start');
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const { profile } = await ask('Profiler.stop');
socket.close();

const microseconds = new Map();
profile.samples.forEach((id, place) => {
  const { functionName, url, lineNumber } = profile.nodes.find((node) => node.id === id).callFrame;
  const where = url === '' ? functionName : `${functionName || '(anonymous)'} ${url.split('/').pop()}:${lineNumber + 1}`;
  microseconds.set(where, (microseconds.get(where) ?? 0) + profile.timeDeltas[place]);
});
const total = [...microseconds.values()].reduce((sum, time) => sum + time, 0);
for (const [where, time] of [...microseconds].sort((a, b) => b[1] - a[1]).slice(0, 5)) {
  console.log(`${((100 * time) / total).toFixed(1).padStart(5)} %  ${where}`);
}
