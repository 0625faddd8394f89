// Titles and helps of the switches, in the language of the page.
import { language } from '../i18n.js';
import { FAULTS_EN } from './faults_en.js';

const words = (one) => (language === 'en' && FAULTS_EN[one.name]) || [one.title, one.help];

export const faultTitle = (one) => words(one)[0];

export const faultHelp = (one) => words(one)[1];
