import { parentPort } from 'node:worker_threads';
import { countPrimes } from './primes.js';

parentPort.on('message', (n) => parentPort.postMessage(countPrimes(n)));
