BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Remove-CosmiAccount' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Remove-CosmiAccount | Should -Be @(
            '-AccountName|Name [String[]] Account!@0<value<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-NoWait [SwitchParameter] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    BeforeAll {
        $place = @{ SubscriptionId = $simulator.subscriptionId; ResourceGroupName = 'rg' }
    }

    It 'deletes an account, and the second time finds none' {
        Remove-CosmiAccount @place -AccountName serverlessaccount -Confirm:$false | Should -BeNullOrEmpty
        @((Get-CosmiAccount).AccountName) | Should -Not -Contain 'serverlessaccount'
        $told = Remove-CosmiAccount @place -AccountName serverlessaccount -Confirm:$false -Verbose 4>&1
        @($told | Where-Object { "$_" -eq 'already so: there is no account serverlessaccount' }).Count | Should -Be 1
        Remove-CosmiAccount -AccountName serverlessaccount -Confirm:$false
        @(Get-Change -Simulator $simulator | Where-Object { $_.Method -eq 'DELETE' }).Count | Should -Be 2
    }

    It 'finds it by its name, its resource id, or through the pipeline' {
        Remove-CosmiAccount -AccountName serverlessaccount -Confirm:$false
        Remove-CosmiAccount -ResourceId (Get-CosmiAccount -AccountName keylessaccount).id -Confirm:$false
        Get-CosmiAccount -AccountName plainreader | Remove-CosmiAccount -Confirm:$false -NoWait
        @((Get-Change -Simulator $simulator).Path -replace '^.*/' | Sort-Object) | Should -Be @('keylessaccount', 'plainreader', 'serverlessaccount')
    }

    It 'waits for what an earlier run left going on, and New-CosmiAccount says that it goes on' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 8; retryAfter = '0' }
        Remove-CosmiAccount @place -AccountName serverlessaccount -Confirm:$false -NoWait
        (Get-CosmiAccount @place -AccountName serverlessaccount).ProvisioningState | Should -Be 'Deleting'
        $failure = Invoke-Failing { New-CosmiAccount @place -Name serverlessaccount -Location westeurope -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Conflict'
        $failure.Message | Should -Be 'account serverlessaccount is being deleted'
        Remove-CosmiAccount @place -AccountName serverlessaccount -Confirm:$false -NoWait
        Remove-CosmiAccount @place -AccountName serverlessaccount -Confirm:$false
        @(Get-CosmiAccount).AccountName | Should -Not -Contain 'serverlessaccount'
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
        (New-CosmiAccount @place -Name serverlessaccount -Location westeurope).Change | Should -Be 'New'
    }

    It 'never means the session''s account' {
        $client = Connect-CosmiAccount -AccountName myaccount
        $parameter = (Get-Command -Name Remove-CosmiAccount).Parameters['AccountName'].ParameterSets['Account']
        $parameter.IsMandatory | Should -BeTrue
        $failure = Invoke-Failing { [pscustomobject]@{ Other = 1 } | Remove-CosmiAccount -Client $client -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Not -BeLike 'Cosmi.*'
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'takes <What> for no account' -ForEach @(
        @{ What = 'a collection'; Source = { Get-CosmiCollection -AccountName myaccount -Database D -Name A } }
        @{ What = 'a listed collection'; Source = { Get-CosmiCollection -AccountName myaccount -Database D | Select-Object -First 1 }; Said = 'a collection' }
        @{ What = 'a database'; Source = { Get-CosmiDatabase -AccountName myaccount -Name D } }
        @{ What = 'a key'; Source = { Get-CosmiAccountKey -AccountName myaccount | Select-Object -First 1 } }
        @{ What = 'a connection string'; Source = { Get-CosmiConnectionString -AccountName myaccount | Select-Object -First 1 } }
        @{ What = 'a throughput'; Source = { Get-CosmiThroughput -AccountName myaccount -Database Shared } }
        @{ What = 'a role'; Source = { Get-CosmiAccess -AccountName myaccount | Select-Object -First 1 } }
        @{ What = 'a client'; Source = { Connect-CosmiAccount -AccountName myaccount } }
        @{ What = 'what another session gave'; Source = { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-CosmiCollection -AccountName myaccount -Database D -Name A))) }; Said = 'a collection' }
    ) {
        $piped = & $Source
        $piped.AccountName | Should -Be 'myaccount'
        Clear-SimulatorJournal -Simulator $simulator
        $failure = Invoke-Failing { $piped | Remove-CosmiAccount -Confirm:$false -ErrorAction Stop }
        if (-not (Test-Path -Path variable:Said)) { $Said = $What }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Message | Should -BeLike "$Said is no account: Remove-CosmiAccount would have taken it for account myaccount*"
        $failure.Action | Should -Be 'name the account with -AccountName, or pipe what Get-CosmiAccount gives'
        $failure.Target | Should -Be 'myaccount'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'goes on with the accounts among them, and with rows' {
        $mixed = @(
            [pscustomobject]@{ AccountName = 'serverlessaccount' }
            Get-CosmiAccount -AccountName keylessaccount
            Get-CosmiDatabase -AccountName myaccount -Name D
            [pscustomobject]@{ ResourceId = (Get-CosmiAccount -AccountName plainreader).id }
        )
        $failures = $mixed | Remove-CosmiAccount -Confirm:$false -NoWait -ErrorAction Continue 2>&1
        @($failures).Count | Should -Be 1
        @((Get-Change -Simulator $simulator).Path -replace '^.*/' | Sort-Object) | Should -Be @('keylessaccount', 'plainreader', 'serverlessaccount')
    }

    It 'takes an account that is named, whatever comes through the pipeline' {
        Get-CosmiDatabase -AccountName myaccount -Name D | Remove-CosmiAccount -AccountName serverlessaccount -Confirm:$false -NoWait
        (Get-Change -Simulator $simulator).Path | Should -BeLike '*/serverlessaccount'
    }

    It 'prints with -WhatIf what it sends without' {
        $printed = Get-WhatIf -Script "Remove-CosmiAccount -AccountName serverlessaccount -SubscriptionId $($place.SubscriptionId) -ResourceGroupName rg -WhatIf"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        Remove-CosmiAccount @place -AccountName serverlessaccount -Confirm:$false
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that a lock forbids it'; Name = 'lockedaccount'; Id = 'Cosmi.Conflict' }
        @{ What = 'that a name cannot be one'; Name = 'No_Name'; Id = 'Cosmi.InvalidArgument' }
    ) {
        $failure = Invoke-Failing { Remove-CosmiAccount -AccountName $Name -Confirm:$false -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Target | Should -Be $Name
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}
