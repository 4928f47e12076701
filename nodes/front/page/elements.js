// Elements as functions: div({class: 'card'}, 'text'). Text is always text, never markup.
import { Component, createElement, Fragment, render } from './vendor/preact-11.2.0/preact.mjs';

export { Component, createElement as el, Fragment, render };

export const {
  a,
  article,
  aside,
  button,
  caption,
  code,
  dd,
  details,
  div,
  dl,
  dt,
  footer,
  form,
  h1,
  h2,
  h3,
  header,
  input,
  label,
  li,
  main,
  nav,
  ol,
  option,
  p,
  section,
  select,
  span,
  strong,
  summary,
  table,
  tbody,
  td,
  th,
  thead,
  time,
  tr,
  ul,
  svg,
  g,
  path,
  line,
  rect,
  circle,
  text,
  title,
  defs,
  marker,
  polygon
} = new Proxy(
  {},
  {
    get:
      (_, name) =>
      (properties, ...children) =>
        createElement(name, properties, ...children)
  }
);

/** For screen readers only. */
export const unseen = (...children) => span({ class: 'unseen' }, ...children);

/** The names of the classes that hold. */
export const classes = (...names) => names.filter(Boolean).join(' ');
