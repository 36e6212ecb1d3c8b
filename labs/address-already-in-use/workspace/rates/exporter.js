/** Metrics of rates from the time before it ran in a container: port 7090, GET /metrics. */
import { createServer } from 'node:http';

createServer((_request, response) => response.end('{"release":"5","instance":"none","answered":0}\n')).listen(7090);
