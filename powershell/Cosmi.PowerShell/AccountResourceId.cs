using System;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>/subscriptions/S/resourceGroups/G/providers/Microsoft.DocumentDB/databaseAccounts/A, in any case.</summary>
    internal static class AccountResourceId
    {
        private static readonly string?[] Pattern =
        {
            string.Empty, "subscriptions", null, "resourceGroups", null, "providers", "Microsoft.DocumentDB", "databaseAccounts", null,
        };

        internal static CosmiAccountReference? Parse(string resourceId)
        {
            string[] parts = resourceId.Trim().Split('/');
            if (parts.Length != Pattern.Length)
            {
                return null;
            }

            for (int i = 0; i < parts.Length; i++)
            {
                if (Pattern[i] == null ? parts[i].Length == 0 : !string.Equals(parts[i], Pattern[i], StringComparison.OrdinalIgnoreCase))
                {
                    return null;
                }
            }

            return new CosmiAccountReference { SubscriptionId = parts[2], ResourceGroup = parts[4], Name = parts[8] };
        }
    }
}
