import { columns } from "../../src/destinations/sentinel-table.ts";

/**
 * The Azure Resource Manager template that makes the table, the data collection rule and the role of the app.
 * https://learn.microsoft.com/azure/azure-monitor/logs/tutorial-logs-ingestion-api
 */

const table = "Kandji_CL";
const stream = `Custom-${table}`;
const destination = "workspace";
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor#monitoring-metrics-publisher
const monitoringMetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";

const rule = "resourceId('Microsoft.Insights/dataCollectionRules', parameters('ruleName'))";
const role = `subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '${monitoringMetricsPublisher}')`;

/** What has no time, or none that Azure reads, has the time of its arrival. */
const transformation = "source | extend TimeGenerated = iff(isnull(TimeGenerated), now(), TimeGenerated)";

export function sentinelTemplate(): object {
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: {
      workspaceName: { type: "string", metadata: { description: "Log Analytics workspace, in this resource group" } },
      location: {
        type: "string",
        defaultValue: "[resourceGroup().location]",
        metadata: { description: "Region of the workspace" },
      },
      ruleName: { type: "string", defaultValue: "kandji-forwarder" },
      principalId: {
        type: "string",
        defaultValue: "",
        metadata: {
          description: "Object ID of the app's service principal (Enterprise applications); gives it the role",
        },
      },
    },
    resources: [tableResource(), ruleResource(), roleResource()],
    outputs: {
      url: { type: "string", value: `[reference(${rule}, '2023-03-11').endpoints.logsIngestion]` },
      dcrImmutableId: { type: "string", value: `[reference(${rule}, '2023-03-11').immutableId]` },
      streamName: { type: "string", value: stream },
    },
  };
}

const named = columns.map(({ name, type }) => ({ name, type }));

const tableResource = (): object => ({
  type: "Microsoft.OperationalInsights/workspaces/tables",
  apiVersion: "2022-10-01",
  name: `[concat(parameters('workspaceName'), '/${table}')]`,
  properties: {
    plan: "Analytics",
    schema: {
      name: table,
      columns: columns.map(({ name, type, holds: description }) => ({ name, type, description })),
    },
  },
});

const ruleResource = (): object => ({
  type: "Microsoft.Insights/dataCollectionRules",
  apiVersion: "2023-03-11",
  name: "[parameters('ruleName')]",
  location: "[parameters('location')]",
  kind: "Direct",
  dependsOn: [
    `[resourceId('Microsoft.OperationalInsights/workspaces/tables', parameters('workspaceName'), '${table}')]`,
  ],
  properties: {
    streamDeclarations: { [stream]: { columns: named } },
    destinations: {
      logAnalytics: [
        {
          name: destination,
          workspaceResourceId: "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspaceName'))]",
        },
      ],
    },
    dataFlows: [{ streams: [stream], destinations: [destination], transformKql: transformation, outputStream: stream }],
  },
});

const roleResource = (): object => ({
  condition: "[not(empty(parameters('principalId')))]",
  type: "Microsoft.Authorization/roleAssignments",
  apiVersion: "2022-04-01",
  name: `[guid(${rule}, parameters('principalId'), '${monitoringMetricsPublisher}')]`,
  scope: `[${rule}]`,
  dependsOn: [`[${rule}]`],
  properties: {
    roleDefinitionId: `[${role}]`,
    principalId: "[parameters('principalId')]",
    principalType: "ServicePrincipal",
  },
});
