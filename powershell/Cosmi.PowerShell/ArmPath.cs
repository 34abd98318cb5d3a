using System;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Where things are in Azure Resource Manager, as far as that is known without asking: for people to read.</summary>
    internal static class ArmPath
    {
        internal static string Account(string? subscriptionId, string? resourceGroup, string? name)
        {
            string group = subscriptionId != null && resourceGroup != null
                ? $"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.DocumentDB"
                : "...";
            return $"{group}/databaseAccounts/{name}";
        }

        internal static string Account(CosmiAccountReference account) =>
            Account(account.SubscriptionId, account.ResourceGroup, account.Name ?? account.Endpoint);

        internal static string Database(CosmiAccountReference account, string database) =>
            $"{Account(account)}/sqlDatabases/{Uri.EscapeDataString(database)}";

        internal static string Collection(CosmiAccountReference account, string database, string? collection) =>
            collection == null ? Database(account, database) : $"{Database(account, database)}/containers/{Uri.EscapeDataString(collection)}";

        internal static string RoleAssignment(CosmiAccountReference account) =>
            $"{Account(account)}/providers/Microsoft.Authorization/roleAssignments/...";

        internal static string DataRoleAssignment(CosmiAccountReference account) => $"{Account(account)}/sqlRoleAssignments/...";
    }
}
