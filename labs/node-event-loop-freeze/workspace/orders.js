const orders = new Map();
for (let id = 1; id <= 5000; id += 1) {
  orders.set(id, { id, items: 1 + (id % 7), cents: 500 + ((id * 7919) % 20_000) });
}

/** @param {number} id */
export function findOrder(id) {
  return orders.get(id);
}
