// For operators: the pages about the cluster.
import { div, el } from './elements.js';
import { navLink, to } from './route.js';
import { heading } from './pieces.js';
import { FlowPage, FlowsPage } from './flow_pages.js';
import { NodesPage } from './nodes_page.js';
import { ActorsPage } from './actors_page.js';
import { RestartsPage } from './restarts_page.js';
import { DeadLettersPage } from './dead_letters_page.js';

const pages = [
  ['overview', 'Overview'],
  ['actors', 'Actors'],
  ['restarts', 'Restarts'],
  ['dead-letters', 'Dead letters'],
  ['flows', 'Flows']
];

export function ClusterPage({ where }) {
  const body = {
    overview: NodesPage,
    actors: ActorsPage,
    restarts: RestartsPage,
    'dead-letters': DeadLettersPage
  }[where.page];
  const isFlow = where.page === 'flows' && where.rest[0];
  return div(
    { class: 'cluster-page' },
    heading('Cluster'),
    el(
      'nav',
      { class: 'tabs', 'aria-label': 'Cluster' },
      ...pages.map(([x, words]) => navLink(to('cluster', x), x === where.page, words))
    ),
    isFlow
      ? el(FlowPage, { id: where.rest[0], key: where.rest[0] })
      : where.page === 'flows'
        ? el(FlowsPage, {})
        : el(body ?? NodesPage, { key: where.page })
  );
}
