using System.Collections.Generic;

namespace Cosmi.PowerShell
{
    /// <summary>Completes a role's name.</summary>
    public sealed class RoleCompleter : ListCompleter
    {
        private protected override IEnumerable<KeyValuePair<string, string>> Candidates()
        {
            foreach (AzureRole role in AzureRole.All)
            {
                yield return new KeyValuePair<string, string>(role.Name, role.Allows);
            }
        }
    }
}
