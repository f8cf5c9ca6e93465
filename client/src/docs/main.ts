import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';

/** The API's own description, with everything that shows it at hand: nothing comes from elsewhere. */
SwaggerUI({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });
