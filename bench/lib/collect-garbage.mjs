// For a host whose memory is counted: on a message it collects its garbage and answers with its resident memory in bytes.
// `node --expose-gc --import .../collect-garbage.mjs out/main/web.js`, started with an IPC channel.
process.on('message', () => {
  // The last resort also gives back the room that a flood had needed.
  global.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  process.send?.(process.memoryUsage.rss());
});
process.channel?.unref();
