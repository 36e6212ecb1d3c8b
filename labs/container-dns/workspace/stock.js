/** How many there are of a thing. The shop asks by the name of this container. */
import { createServer } from 'node:http';

createServer((_request, response) => response.end('42\n')).listen(8090);
