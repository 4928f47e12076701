// Runs before anything is drawn, so that the page does not begin in the wrong colours.
try {
  const chosen = localStorage.getItem('touchline.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is not allowed: the system's colours it is.
}
