// Signing in and out.
import {
  button,
  Component,
  div,
  form,
  input,
  label,
  p,
  span,
  strong,
  details,
  summary
} from './elements.js';
import { forget, holder, keep, signIn } from './account.js';
import { clear } from './data.js';
import { heading } from './pieces.js';

export class AccountPage extends Component {
  constructor(properties) {
    super(properties);
    this.state = { busy: false, wrong: '' };
  }

  async enter(event) {
    event.preventDefault();
    const { account, password } = event.currentTarget.elements;
    this.setState({ busy: true, wrong: '' });
    try {
      await signIn(account.value.trim(), password.value);
      this.done();
    } catch (why) {
      this.setState({
        busy: false,
        wrong: why instanceof TypeError ? 'The front cannot be reached.' : why.message
      });
    }
  }

  done() {
    this.setState({ busy: false, wrong: '' });
    clear();
    this.props.entered();
  }

  render(_, { busy, wrong }) {
    const now = holder();
    if (now)
      return div(
        { class: 'narrow' },
        heading('Account'),
        div(
          { class: 'card' },
          p({}, 'You are signed in as ', strong({}, now.account), '.'),
          p(
            { class: 'quiet' },
            'The token stays in this tab and is forgotten when it is closed. ' +
              'It is good for at most an hour.'
          ),
          button(
            {
              type: 'button',
              class: 'button',
              onClick: () => {
                forget();
                clear();
                this.setState({});
              }
            },
            'Sign out'
          )
        )
      );
    return div(
      { class: 'narrow' },
      heading('Sign in'),
      div(
        { class: 'card' },
        form(
          { class: 'stack', onSubmit: event => this.enter(event) },
          label(
            { class: 'field' },
            span({}, 'Account'),
            input({
              name: 'account',
              required: true,
              maxlength: 200,
              autocomplete: 'username',
              autocapitalize: 'none',
              spellcheck: false
            })
          ),
          label(
            { class: 'field' },
            span({}, 'Password'),
            input({
              name: 'password',
              type: 'password',
              required: true,
              maxlength: 1024,
              autocomplete: 'current-password'
            })
          ),
          p({ class: 'bad-words', role: 'alert' }, wrong),
          button(
            { class: 'button main', type: 'submit', disabled: busy },
            busy ? 'Signing in…' : 'Sign in'
          )
        ),
        details(
          {},
          summary({}, 'With a token'),
          form(
            {
              class: 'stack',
              onSubmit: event => {
                event.preventDefault();
                const text = event.currentTarget.elements.token.value.trim();
                if (text) {
                  keep('the holder of a token', text);
                  this.done();
                }
              }
            },
            label(
              { class: 'field' },
              span({}, 'Token'),
              input({
                name: 'token',
                type: 'password',
                required: true,
                maxlength: 600,
                autocomplete: 'off',
                spellcheck: false
              })
            ),
            p({ class: 'quiet' }, 'As touchline account login prints it.'),
            button({ class: 'button', type: 'submit' }, 'Use it')
          )
        )
      )
    );
  }
}
