/** An HTTP client in the manner of popular libraries: connections are pooled, JSON is read, errors are thrown. */
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true });

/**
 * @param timeout milliseconds; none unless it is given. As in these libraries it is the socket's: each byte starts it again.
 * @returns {{ get(url: string): Promise<{ status: number, data: unknown }> }}
 */
export function create({ timeout = 0 } = {}) {
  return { get: (url) => get(url, timeout) };
}

function get(url, timeout) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode;
        if (status < 200 || status >= 300) return reject(new Error(`Request failed with status code ${status}`));
        try {
          resolve({ status, data: JSON.parse(Buffer.concat(parts).toString()) });
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', reject);
    if (timeout > 0) request.setTimeout(timeout, () => request.destroy(new Error(`timeout of ${timeout}ms exceeded`)));
  });
}
