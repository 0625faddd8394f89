export const FAULTS_EN = {};
