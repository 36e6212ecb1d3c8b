/**
 * pictures: a small picture for each user.
 *
 *   GET /health               200 {"status":"ok"}
 *   GET /pictures?ids=1,2,3   200 [{"id":1,"name":"...","colour":"#rrggbb"},...]
 *   GET /pixels?ids=1         200 42 x 42 pixels, four bytes each
 *
 * A new name has to show within 3 s. A user that comes back within 1000 others must not be asked of the database again.
 */
import { serve } from './service.js';

const SIDE = 42;

/** The same for the same name: a colour and a pattern of blocks. */
function draw(name) {
  let hash = 2_166_136_261;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 16_777_619) >>> 0;
  const pixels = Buffer.alloc(SIDE * SIDE * 4);
  for (let place = 0; place < SIDE * SIDE; place += 1) {
    const block = Math.floor(place / SIDE / 6) * 6 + Math.floor((place % SIDE) / 6);
    pixels.writeUInt32BE(block === 0 || (hash >>> (block % 32)) & 1 ? ((hash << 8) | 255) >>> 0 : 0xff_ff_ff_ff, place * 4);
  }
  return pixels;
}

serve('pictures', '/pictures', {
  make: ({ id, name }) => ({ id, name, pixels: draw(name) }),
  show: ({ id, name, pixels }) => ({ id, name, colour: `#${pixels.toString('hex', 0, 3)}` }),
  routes: {
    '/pixels': (response, [user]) => {
      response.writeHead(user === undefined ? 404 : 200, { 'content-type': 'application/octet-stream' });
      response.end(user?.pixels);
    },
  },
});
