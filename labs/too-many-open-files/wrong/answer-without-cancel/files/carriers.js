import http from 'node:http';

const addresses = {
  alder: process.env.ALDER_URL,
  birch: process.env.BIRCH_URL,
  cedar: process.env.CEDAR_URL,
  dogwood: process.env.DOGWOOD_URL,
};

export function isCarrier(name) {
  return Object.hasOwn(addresses, name);
}

/**
 * Asks a carrier what a parcel costs.
 * @returns {Promise<{parcel: number, cents: number}>}
 */
function ask(carrier, parcel) {
  return new Promise((resolve, reject) => {
    const request = http.get(`${addresses[carrier]}/price/${parcel}`, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => {
        try {
          resolve(JSON.parse(body));
        } catch (error) {
          reject(error);
        }
      });
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

export function askCarrier(carrier, parcel) {
  const tooLate = new Promise((_, reject) => setTimeout(() => reject(new Error('carrier took too long')), 2000));
  return Promise.race([ask(carrier, parcel), tooLate]);
}
