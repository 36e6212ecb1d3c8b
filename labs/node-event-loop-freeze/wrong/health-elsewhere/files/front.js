import { createServer, request as ask } from 'node:http';

createServer((incoming, answer) => {
  if (incoming.url === '/health') {
    answer.writeHead(200, { 'content-type': 'application/json' });
    return answer.end('{"status":"ok"}\n');
  }
  const behind = ask({ port: process.env.BEHIND_PORT, path: incoming.url }, (response) => {
    answer.writeHead(response.statusCode, response.headers);
    response.pipe(answer);
  });
  behind.on('error', () => {
    answer.writeHead(502);
    answer.end();
  });
  behind.end();
}).listen(Number(process.env.PORT ?? 8080));
