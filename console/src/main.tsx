import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { session } from './api/session.ts';
import { startTheme } from './parts/theme.ts';
import './styles.css';

startTheme();
void session.restore();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
