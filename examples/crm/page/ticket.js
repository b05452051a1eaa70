// Hands the phone a ticket of this page's own server whenever the phone finds
// that nobody is signed in.
RCAdapter.setTicketProvider(async () => {
  const answer = await fetch('/phone-ticket', { method: 'POST' });
  return answer.ok ? (await answer.json()).ticket : '';
});
