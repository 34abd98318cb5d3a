using System;
using System.Collections;
using System.Collections.Specialized;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>What Azure Resource Manager is sent, as far as that is known without asking: for people to read.</summary>
    internal static class ArmBody
    {
        /// <summary>To make a database or collection.</summary>
        internal static string Resource(string name, OrderedDictionary definition, CosmiThroughput? throughput)
        {
            var resource = new OrderedDictionary { { "id", name } };
            foreach (DictionaryEntry entry in definition)
            {
                resource.Add(entry.Key, entry.Value);
            }

            return Properties(new OrderedDictionary { { "resource", resource }, { "options", Spelled(throughput) } });
        }

        /// <summary>To set a throughput.</summary>
        internal static string Throughput(CosmiThroughput throughput) =>
            Properties(new OrderedDictionary { { "resource", Spelled(throughput) } });

        /// <summary>To give a role of Azure Resource Manager.</summary>
        internal static string RoleAssignment(CosmiAccountReference account, string? principalId, string role)
        {
            string subscription = account.SubscriptionId == null ? "..." : $"/subscriptions/{account.SubscriptionId}";
            return Properties(new OrderedDictionary
            {
                { "roleDefinitionId", $"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{AzureRole.IdOf(role)}" },
                { "principalId", principalId },
                { "principalType", "ServicePrincipal" },
            });
        }

        /// <summary>To give one of Cosmos DB's own roles.</summary>
        internal static string DataRoleAssignment(CosmiAccountReference account, DataScope scope, string? principalId, string role)
        {
            string own = ArmPath.Account(account);
            // The id of a role of the account's own is found out by asking.
            string id = AzureRole.Find(role, dataPlane: true)?.Id ?? (Guid.TryParse(role, out _) ? role : "...");
            return Properties(new OrderedDictionary
            {
                { "roleDefinitionId", role.StartsWith("/", StringComparison.Ordinal) ? role : $"{own}/sqlRoleDefinitions/{id}" },
                { "scope", own + scope.Path },
                { "principalId", principalId },
            });
        }

        private static string Properties(OrderedDictionary properties) => JsonWriter.Write(new OrderedDictionary { { "properties", properties } });

        private static OrderedDictionary Spelled(CosmiThroughput? throughput)
        {
            var spelled = new OrderedDictionary();
            if (throughput?.Kind == CosmiThroughputKind.Manual)
            {
                spelled.Add("throughput", throughput.RequestUnits);
            }
            else if (throughput != null)
            {
                spelled.Add("autoscaleSettings", new OrderedDictionary { { "maxThroughput", throughput.RequestUnits } });
            }

            return spelled;
        }
    }
}
