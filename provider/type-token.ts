// The names under which stacks keep this package's resources: a promise to every state ever written. A leaf.

/** Of a Certificate in a program that imports this package. */
export const certificateType = "pulumi-nodejs:dynamic/esper:Certificate";

/** Of DeviceCertificates in such a program. */
export const deviceCertificatesType = "pulumi-nodejs:dynamic/esper:DeviceCertificates";
