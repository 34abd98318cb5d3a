using System.Management.Automation;
using System.Security;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command that talks to an account itself: its endpoint, and a key, may be given.</summary>
    public abstract class CosmiDataCmdlet : CosmiAccountCmdlet
    {
        /// <summary>The parameter set of an endpoint with a key.</summary>
        protected const string KeySet = "Key";

        /// <summary>The account's name.</summary>
        [Parameter(ParameterSetName = AccountSet, ValueFromPipelineByPropertyName = true)]
        [ArgumentCompleter(typeof(AccountNameCompleter))]
        [AfterResourceId]
        public string? AccountName { get; set; }

        /// <summary>The account's endpoint. Where it is given, Azure Resource Manager is not asked for it.</summary>
        [Parameter(ParameterSetName = AccountSet)]
        [Parameter(ParameterSetName = ResourceIdSet)]
        [Parameter(ParameterSetName = KeySet, Mandatory = true)]
        [ArgumentCompleter(typeof(EndpointCompleter))]
        public string? Endpoint { get; set; }

        /// <summary>A key of the account.</summary>
        [Parameter(ParameterSetName = KeySet, Mandatory = true)]
        [Secret]
        public SecureString? Key { get; set; }

        /// <summary>The account that is meant; null, after an error was written, when none is.</summary>
        private protected CosmiAccountReference? Account()
        {
            if (Key != null || (Endpoint != null && AccountName == null && ResourceId == null && Connection.Account() == null))
            {
                return new CosmiAccountReference { Endpoint = Endpoint, Key = Key };
            }

            CosmiAccountReference? account = Account(AccountName);
            if (account != null && Endpoint != null)
            {
                account.Endpoint = Endpoint;
            }

            return account;
        }
    }
}
