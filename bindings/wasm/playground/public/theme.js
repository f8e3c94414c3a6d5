// Before the first paint: the theme that was chosen last.
try {
  const theme = localStorage.getItem('probelang.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A page without storage follows the system.
}
