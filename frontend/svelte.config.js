export default { compilerOptions: { runes: true, warningFilter: () => true } };
