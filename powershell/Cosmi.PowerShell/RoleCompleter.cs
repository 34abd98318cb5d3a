using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>Completes a role's name: with -DataPlane one of Cosmos DB's own, else one of Azure Resource Manager.</summary>
    public sealed class RoleCompleter : ListCompleter
    {
        private protected override IEnumerable<KeyValuePair<string, string>> Candidates(IDictionary bound)
        {
            bool dataPlane = bound.Contains("DataPlane") && LanguagePrimitives.IsTrue(bound["DataPlane"]);
            foreach (AzureRole role in AzureRole.All(dataPlane))
            {
                yield return new KeyValuePair<string, string>(role.Name, role.Allows);
            }
        }
    }
}
