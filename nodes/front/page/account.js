// Who uses the page: a token, kept until the tab is closed, in no cookie.
const key = 'touchline.token';
let now = null;

try {
  now = JSON.parse(sessionStorage.getItem(key));
} catch {
  now = null;
}

/** {account, token}, or null. */
export const holder = () => now;

export function keep(account, token) {
  now = { account, token };
  try {
    sessionStorage.setItem(key, JSON.stringify(now));
  } catch {
    // Then it lasts until the page is loaded again.
  }
}

export function forget() {
  now = null;
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

export const headers = () => (now ? { Authorization: 'Bearer ' + now.token } : {});

/** Gets a token for a password. Throws an Error with a sentence. */
export async function signIn(account, password) {
  const hour = 3600000;
  const reply = await fetch(`/v1/accounts/${encodeURIComponent(account)}/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ password, lifetime_ms: hour })
  });
  const body = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(body.detail ?? `The front answered ${reply.status}.`);
  keep(body.account, body.token);
}
