/** The resolver as it was before it moved: its port 53 takes everything and never answers. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { addAddress, onOneMachine, RETIRED } from './places.mjs';

if (onOneMachine) addAddress(RETIRED);
const address = onOneMachine ? RETIRED : '0.0.0.0';
createSocket('udp4')
  .on('message', () => {})
  .bind(53, address);
createServer((socket) => socket.on('error', () => socket.destroy()).resume()).listen(53, address);
