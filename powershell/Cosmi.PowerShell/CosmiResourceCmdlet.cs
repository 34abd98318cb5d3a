using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command about what an account holds or who may use it, through Azure Resource Manager: no key is needed.</summary>
    public abstract class CosmiResourceCmdlet : CosmiAccountCmdlet
    {
        /// <summary>The account's name.</summary>
        [Parameter(ParameterSetName = AccountSet, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        [AfterResourceId]
        public string? AccountName { get; set; }

        /// <summary>The account that is meant; null, after an error was written, when none is.</summary>
        private protected CosmiAccountReference? Account() => Account(AccountName);

        /// <summary>A name that is needed; null, after an error was written, when it is only that of an account from the pipeline.</summary>
        private protected string? Needed(string name, string thing)
        {
            if (!IsAccountsOwn(name, AccountName))
            {
                return name;
            }

            WriteError(Errors.Record(new RefusalException($"no {thing} is named", "give -Name: the name from the pipeline is the account's own"), name));
            return null;
        }

        /// <summary>The throughput that is wished; null: none.</summary>
        private protected CosmiThroughput? Wished(int throughput, int maxThroughput, bool isNeeded = false)
        {
            if ((throughput > 0 && maxThroughput > 0) || (isNeeded && throughput == 0 && maxThroughput == 0))
            {
                Refuse("throughput is either manual or autoscale", "give -Throughput for so much always, or -MaxThroughput for so much at most");
            }

            return throughput > 0 ? CosmiThroughput.Manual(throughput)
                : maxThroughput > 0 ? CosmiThroughput.Autoscale(maxThroughput)
                : null;
        }

        /// <summary>Remembers for completion what worked.</summary>
        private protected static void Remember(string? accountName, string? database, string? collection)
        {
            NameCache names = Session.Current.Names;
            names.Add(NameKind.Account, accountName);
            names.Add(NameKind.Database, database);
            names.Add(NameKind.Collection, collection);
        }
    }
}
