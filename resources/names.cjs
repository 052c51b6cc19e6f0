/** Spells a name as serverless does where only letters and digits may stand: `link-followers`, `LinkDashfollowers`. */
exports.spelled = name => {
  const letters = name.replaceAll('-', 'Dash')
  return letters[0].toUpperCase() + letters.slice(1)
}
