/** Labels on everything that Ops Lab creates on an engine. Clean-up goes by them; ownership never does. */
export const LABEL = {
  product: 'io.ops-lab.product',
  session: 'io.ops-lab.session',
  lab: 'io.ops-lab.lab',
  learner: 'io.ops-lab.learner',
  service: 'io.ops-lab.service',
  /** Id of the data directory: two installations on one engine leave each other alone. */
  home: 'io.ops-lab.home',
} as const;
