// uPlot in the page: it is told its data anew when they change, its size when the room changes, and
// it takes its colours from the style sheet.
import { Component, div } from './elements.js';

let library = null;

const load = () => {
  library ??= import('./vendor/uplot-1.6.32/uPlot.esm.js').then(x => x.default);
  return library;
};

export const colourOf = name =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const systemColours = matchMedia('(prefers-color-scheme: dark)');

/**
 * `options()` gives uPlot's options without the size, `data` its data; `shape` changes when the
 * options do.
 */
export class Chart extends Component {
  constructor(properties) {
    super(properties);
    this.plot = null;
    this.shape = null;
    this.place = null;
  }

  componentDidMount() {
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(this.place);
    this.recolour = () => {
      this.shape = null;
      this.draw();
    };
    systemColours.addEventListener('change', this.recolour);
    addEventListener('touchline-theme', this.recolour);
    load().then(uPlot => {
      this.uPlot = uPlot;
      if (this.place) this.draw();
    });
  }

  componentDidUpdate() {
    this.draw();
  }

  componentWillUnmount() {
    this.watch.disconnect();
    systemColours.removeEventListener('change', this.recolour);
    removeEventListener('touchline-theme', this.recolour);
    this.plot?.destroy();
    this.plot = null;
    this.place = null;
  }

  size() {
    return { width: Math.max(120, Math.floor(this.place.clientWidth)), height: this.props.height };
  }

  fit() {
    if (!this.plot) return this.draw();
    const { width, height } = this.size();
    if (width !== this.plot.width || height !== this.plot.height)
      this.plot.setSize({ width, height });
  }

  draw() {
    if (!this.uPlot || !this.place || this.place.clientWidth === 0) return;
    const shape = this.props.shape + '@' + this.props.height;
    if (this.plot && this.shape === shape) return void this.plot.setData(this.props.data);
    this.plot?.destroy();
    this.shape = shape;
    this.plot = new this.uPlot(
      { ...this.props.options(), ...this.size() },
      this.props.data,
      this.place
    );
  }

  render({ name, height }) {
    return div({
      class: 'chart',
      role: 'img',
      'aria-label': name,
      ref: x => {
        this.place = x;
      },
      style: { height: height + 'px' }
    });
  }
}
